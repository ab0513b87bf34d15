import { readPassing } from './response.js';
import { MessagesScanner } from './scanner.js';

const result = (tool: string, content: unknown = []) => ({
  type: `${tool}_tool_result`,
  tool_use_id: 'srvtoolu_1',
  content,
});
const error = (tool: string) => result(tool, { type: `${tool}_tool_result_error`, error_code: 'max_uses_exceeded' });
const blocks = [
  { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
  result('web_search'),
  error('web_search'),
  result('web_search'),
  result('advisor', { type: 'advisor_result', text: 'Think.' }),
  error('advisor'),
  result('bash_code_execution'),
  result('text_editor_code_execution'),
  { type: 'mcp_tool_result', is_error: false, content: [] },
  { type: 'tool_result', content: 'of the client' },
  { type: 'text', text: 'x' },
  null,
];
const answered = { web_search: 2, advisor: 1, code_execution: 2, mcp: 1 };
const usage = { input_tokens: 1, output_tokens: 1 };
const told = (server_tool_use: unknown) => ({ ...usage, server_tool_use });
const ofWhole = (reported: object) => readPassing({ type: 'message', content: blocks, usage: reported })?.toolCalls;

describe('what of a message is sold by the call', () => {
  it('is what its usage counts, and of other tools every result that is no error', () => {
    expect(ofWhole(told({ web_search_requests: 3, web_fetch_requests: 0 }))).toEqual({
      ...answered,
      ...{ web_search: 3, web_fetch: 0 },
    });
    expect(readPassing({ type: 'message', content: [], usage: told({ web_search_requests: 1 }) })?.toolCalls).toEqual({
      web_search: 1,
    });
  });

  it.each([[undefined], [null], [{}], [{ web_search_requests: null }], [{ web_search_requests: '3' }]])(
    'is counted by its results where the usage says %j',
    (counts) => {
      expect(ofWhole(told(counts))).toEqual(answered);
    },
  );

  it('is the same streamed; of a stream that breaks off, what was answered until then', () => {
    const scanner = new MessagesScanner();
    const read = (type: string, fields: object) => scanner.read(JSON.stringify({ type, ...fields }));
    read('message_start', { message: { usage: told({ web_search_requests: 0, web_fetch_requests: 0 }) } });
    for (const [index, content_block] of blocks.entries()) read('content_block_start', { index, content_block });
    expect(scanner.toolCalls).toEqual(answered);
    read('message_delta', { delta: { stop_reason: 'end_turn' }, usage: told({ web_search_requests: 3 }) });
    expect(scanner.toolCalls).toEqual({ ...answered, web_search: 3 });
  });
});
