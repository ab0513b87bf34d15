import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter, isFailure, type JsonObject } from '@tokenbay/providers';
import { feed, openConverted, readFixture, readJsonFixture } from '../../../test/recorded-streams.js';
import { MESSAGES_RENDERER } from './answer.js';
import { readCanonicalCall } from './canonical-call.js';

const RESPONSES = findAdapter('openai')!.wires.find(({ format }) => format === 'openai-responses')!.conversion;
const STREAM = readFixture('openai-responses/fixtures/reasoning-and-tools.sse');
const ANSWER = readJsonFixture('openai-responses/fixtures/reasoning-and-tools.json');
const SEAL = 'gAAAAABpIbX0aWxlZC1ieS10aGUtcHJvdmlkZXI=';
const THOUGHT = '**Plan**\n\nTwo cities — two calls.\n\n**Next**';
const context = { requestId: '0192-aa', model: 'public', createdAtSeconds: 5, wantsUsage: true };
const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };

function ask(body: object): { request: JsonObject; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  const call = readCanonicalCall({ model: 'public', max_tokens: 5_000, ...body }, dropped);
  const terms = {
    upstreamModel: 'gpt-5.2',
    isStream: false,
    outputTokensMax: undefined,
    outputTokensHeld: 500,
    dropped,
  };
  return { request: RESPONSES.writeRequest(call, terms), dropped: dropped.list };
}

const open = () => openConverted(RESPONSES.openReader(), MESSAGES_RENDERER, context);

const typesIn = (stream: string): string[] => [...stream.matchAll(/^event: (.*)$/gm)].map(([, type]) => type!);

describe('a Messages call as it is asked in Responses', () => {
  it('has its thinking, calls, results and errors where Responses has them', () => {
    const { request, dropped } = ask({
      ...{
        system: 'Be brief.',
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'low' },
      },
      tools: [{ name: 'f', description: 'd', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Weather?' }, picture] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Two', signature: `tokenbay.openai-responses.${SEAL}` },
            { type: 'thinking', thinking: 'Elsewhere', signature: 'EqQB' },
            { type: 'text', text: 'Looking.' },
            { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [{ type: 'text', text: 'no' }, picture],
              is_error: true,
            },
            { type: 'text', text: 'And?' },
          ],
        },
      ],
    });
    const shown = { type: 'input_image', image_url: 'data:image/png;base64,AA==', detail: 'auto' };
    expect(dropped).toEqual(['messages.reasoning']);
    expect(request).toEqual({
      ...{ model: 'gpt-5.2', max_output_tokens: 5_000, store: false, include: ['reasoning.encrypted_content'] },
      ...{ reasoning: { effort: 'low', summary: 'auto' }, tool_choice: 'required', parallel_tool_calls: false },
      service_tier: 'default',
      tools: [
        {
          type: 'function',
          name: 'f',
          description: 'd',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
      ],
      input: [
        { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Weather?' }, shown] },
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Two' }], encrypted_content: SEAL },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Looking.' }] },
        { type: 'function_call', call_id: 'toolu_1', name: 'f', arguments: '{}' },
        {
          ...{ type: 'function_call_output', call_id: 'toolu_1' },
          output: [{ type: 'input_text', text: 'Error:' }, { type: 'input_text', text: 'no' }, shown],
        },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'And?' }] },
      ],
    });
  });
});

describe('a response as a Messages client sees it', () => {
  const answer = RESPONSES.readAnswer(ANSWER);
  if (isFailure(answer)) throw new Error('no answer');

  it('is a message with everything the response held', () => {
    expect(JSON.parse(MESSAGES_RENDERER.renderAnswer(answer, context))).toMatchObject({
      ...{ type: 'message', stop_reason: 'tool_use' },
      content: [
        { type: 'thinking', thinking: THOUGHT, signature: `tokenbay.openai-responses.${SEAL}` },
        { type: 'text', text: 'Ich schaue nach: Köln ☔', citations: [{ url: 'https://a.example/w' }] },
        { type: 'tool_use', id: 'call_abc1', name: 'get_weather', input: { city: 'Köln' } },
        { type: 'tool_use', id: 'call_abc2', name: 'get_time', input: {} },
        { type: 'tool_use', name: 'apply_patch' },
      ],
      usage: {
        ...{ input_tokens: 462, cache_read_input_tokens: 1_000, cache_creation_input_tokens: 50, output_tokens: 89 },
        output_tokens_details: { thinking_tokens: 21 },
      },
    });
  });

  it('tells the same as a stream, whose stop reason, usage and one terminator wait for the ledger', () => {
    const exchange = open();
    const { ready, tail } = feed(exchange, STREAM);
    expect(typesIn(tail)).toEqual(['message_delta', 'message_stop']);
    const kinds = typesIn(ready).filter((type) => type !== 'content_block_delta');
    const block = ['content_block_start', 'content_block_stop'];
    expect(kinds).toEqual(['message_start', ...block, ...block, ...block, ...block, ...block]);
    const thought = [...ready.matchAll(/"thinking_delta","thinking":("(?:[^"\\]|\\.)*")/g)].map(
      ([, text]) => JSON.parse(text!) as string,
    );
    expect(thought.join('')).toBe(THOUGHT);
    expect(exchange.usage).toEqual(answer.usage);
  });

  it('is the same wherever the upstream cuts its stream', () => {
    const expected = feed(open(), STREAM);
    expect(feed(open(), ...[...STREAM].map((byte) => Buffer.of(byte)))).toEqual(expected);
    for (let at = 1; at < STREAM.length; at += 7)
      expect(feed(open(), STREAM.subarray(0, at), STREAM.subarray(at, at + 1), STREAM.subarray(at + 1))).toEqual(
        expected,
      );
  });
});
