import { startFakeUpstream, type FakeUpstreamClient } from './start-fake-upstream.js';

const user = { role: 'user', content: 'Hello' };
const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
const open = { type: 'object', properties: { a: { type: 'string' } } };

describe('the Responses of the fake upstream', () => {
  let upstream: FakeUpstreamClient;
  beforeAll(async () => void (upstream = await startFakeUpstream()));
  afterAll(() => upstream.stop());

  function ask(fields: object, model = 'gpt-4o'): Promise<Response> {
    return fetch(`${upstream.baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-upstream', 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: 'Hello', ...fields }),
    });
  }

  it.each<[string, object, string, string?]>([
    ['an unknown field', { zebra: 1 }, "Unknown parameter: 'zebra'."],
    ['a missing input', { input: undefined }, "Missing required parameter: 'input'."],
    ['a wrong type', { temperature: 'hot' }, "Invalid type for 'temperature'"],
    ['a tiny limit', { max_output_tokens: 15 }, "Invalid type for 'max_output_tokens'"],
    [
      'what would have to be stored',
      { previous_response_id: 'resp_1' },
      "Previous response with id 'resp_1' not found.",
    ],
    ['an unknown role', { input: [{ role: 'boss', content: 'x' }] }, "Invalid value: 'boss'."],
    ['parts of chats', { input: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }] }, "Invalid value: 'text'."],
    [
      'a result out of the blue',
      { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] },
      'No tool call found',
    ],
    ['a call without its result', { input: [user, call] }, 'No tool output found for function call c.'],
    ['tools in the shape of chats', { tools: [{ type: 'function', function: { name: 'f' } }] }, "'tools[0].name'"],
    [
      'an open schema called strict',
      { tools: [{ type: 'function', name: 'f', parameters: open, strict: true }] },
      "Invalid schema for function 'f'",
    ],
    ['a tool that is not offered', { tool_choice: { type: 'function', name: 'g' } }, "Tool choice 'g' not found"],
    ['JSON that nobody mentioned', { text: { format: { type: 'json_object' } } }, "must contain the word 'json'"],
    [
      'sealed reasoning of a model without',
      { include: ['reasoning.encrypted_content'] },
      'Encrypted content is not supported',
    ],
    ['an effort of a model without', { reasoning: { effort: 'low' } }, "'reasoning.effort' is not supported"],
    ['sampling of a model that reasons', { temperature: 0.2 }, "'temperature' is not supported", 'gpt-5-mini'],
    [
      'reasoning that it did not seal',
      { input: [user, { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' }] },
      'The encrypted content could not be verified.',
      'gpt-5-mini',
    ],
  ])('refuses %s as OpenAI does', async (...row) => {
    const [, fields, message, model] = row;
    const response = await ask(fields, model);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: unknown };
    expect(error).toMatchObject({ message: expect.stringContaining(message), type: 'invalid_request_error' });
  });

  it('looks for reasoning without its seal, and finds nothing stored', async () => {
    const input = [user, { type: 'reasoning', id: 'rs_1', summary: [] }];
    expect((await ask({ input }, 'gpt-5-mini')).status).toBe(404);
  });

  it('tells the same whole and streamed', async () => {
    const whole = (await (await ask({}, 'gpt-5-mini@usage:12:5:3:2')).json()) as { output: object[] };
    const text = await (await ask({ stream: true }, 'gpt-5-mini@usage:12:5:3:2')).text();
    const last = text.trimEnd().split('\n').at(-1)!.slice(6);
    const { type, response } = JSON.parse(last) as { type: string; response: { output: { id: string }[] } };
    expect(type).toBe('response.completed');
    const withoutIds = (items: object[]) => items.map((item) => ({ ...item, id: '' }));
    expect(withoutIds(response.output)).toEqual(withoutIds(whole.output));
    expect(response).toMatchObject({
      usage: { input_tokens: 12, output_tokens: 5, input_tokens_details: { cached_tokens: 3 } },
    });
  });
});
