import { ResponsesScanner } from './scanner.js';
import { readPassing } from './passing.js';
import { countToolCalls } from './tool-calls.js';

const searched = (type: string, status = 'completed') => ({ type: 'web_search_call', status, action: { type } });

describe('what of a response is sold by the call', () => {
  it('is each search, and not what is read of the pages that were found', () => {
    const items = ['search', 'open_page', 'search', 'find_in_page'].map((type) => searched(type));
    expect(countToolCalls(items)).toEqual({ web_search: 2 });
    expect(countToolCalls([{ type: 'web_search_call', status: 'completed' }])).toEqual({ web_search: 1 });
  });

  it('is no call that failed, and nothing that the client runs or the model says', () => {
    const others = [{ type: 'message' }, { type: 'reasoning' }, {}, { type: 7 }, { type: 'mcp_list_tools' }];
    expect(countToolCalls([searched('search', 'failed'), ...others])).toEqual({});
  });

  it('is a container, however much runs in it', () => {
    const ran = (container_id: string) => ({ type: 'code_interpreter_call', container_id });
    const shell = (container_id: string) => ({ type: 'shell_call', environment: { container_id } });
    expect(countToolCalls([ran('a'), ran('a'), ran('b'), shell('a'), shell('a')])).toEqual({
      ...{ code_interpreter: 2, shell: 1 },
    });
  });

  it('is each call of any other tool', () => {
    const types = ['file_search_call', 'image_generation_call', 'mcp_call', 'mcp_call', 'program', 'invented_call'];
    expect(countToolCalls(types.map((type) => ({ type })))).toEqual({
      ...{ file_search: 1, image_generation: 1, mcp: 2, programmatic_tool_calling: 1, invented: 1 },
    });
  });

  it('is the same whole and streamed; of a stream that breaks off, what was whole until then', () => {
    const output = [searched('search'), searched('open_page'), searched('search')];
    const response = { id: 'r', status: 'completed', output };
    const scanner = new ResponsesScanner();
    const read = (type: string, fields: object) => scanner.read(JSON.stringify({ type, ...fields }));
    read('response.created', { response: { ...response, output: [] } });
    expect(scanner.toolCalls).toEqual({});
    for (const item of output) {
      read('response.output_item.added', { item: { ...item, status: 'in_progress' } });
      read('response.output_item.done', { item });
    }
    expect(scanner.toolCalls).toEqual({ web_search: 2 });
    read('response.completed', { response });
    expect(scanner.toolCalls).toEqual({ web_search: 2 });
    expect(readPassing(response)?.toolCalls).toEqual({ web_search: 2 });
  });
});
