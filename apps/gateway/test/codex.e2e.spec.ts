import { startSystem, type System, type World } from '@tokenbay/testing';

const HEADERS = {
  ...{ accept: 'text/event-stream', originator: 'codex_cli_rs', 'user-agent': 'codex_cli_rs/0.150.0' },
  ...{ session_id: '019a-session', 'x-codex-turn-metadata': '{}', 'openai-beta': 'responses=experimental' },
};
const tools = [
  {
    ...{ type: 'function', name: 'exec_command', description: 'Runs a command.', strict: false },
    parameters: {
      ...{ type: 'object', properties: { cmd: { type: 'string' }, yield_time_ms: { type: 'number' } } },
      ...{ required: ['cmd'], additionalProperties: false },
    },
  },
  {
    ...{ type: 'custom', name: 'apply_patch', description: 'Use the `apply_patch` tool to edit files.' },
    format: { type: 'grammar', syntax: 'lark', definition: 'start: begin_patch hunk+ end_patch' },
  },
];

/** The shape in which Codex asks with `wire_api = "responses"`: stateless, streamed, its reasoning sealed in its own history. */
function requestOf(model: string, input: object[]): object {
  return {
    ...{ model, instructions: 'You are Codex, a coding agent.', input, tools },
    ...{ tool_choice: 'auto', parallel_tool_calls: true, reasoning: { effort: 'medium', summary: 'auto' } },
    ...{ store: false, stream: true, include: ['reasoning.encrypted_content'] },
    ...{ prompt_cache_key: '019a-session', text: { verbosity: 'low' } },
    client_metadata: { 'x-codex-installation-id': 'c1ed-installation', session_id: '019a-session' },
  };
}

const said = (role: string, text: string) => ({ type: 'message', role, content: [{ type: 'input_text', text }] });
const opening = [
  said('developer', '<permissions instructions>Sandboxed.</permissions instructions>'),
  said('user', '<environment_context><cwd>/work</cwd></environment_context>'),
  said('user', 'Say hello in a.txt.'),
];

interface Item {
  readonly type: string;
  readonly id?: string;
  readonly call_id?: string;
  readonly input?: string;
  readonly encrypted_content?: string;
}

interface Event {
  readonly type: string;
  readonly item?: Item;
  readonly delta?: string;
  readonly response?: { readonly usage: { readonly input_tokens: number }; readonly id: string };
}

describe.each([
  ['OpenAI', 'openai', 'gpt-5.1-codex'],
  ['a provider that speaks chat completions', 'openai-compatible', 'some-model'],
  ['Anthropic', 'anthropic', 'claude-sonnet-4-5'],
  ['Gemini', 'gemini', 'gemini-3-pro-preview'],
])('a coding agent that speaks Responses, served by %s', (_, provider, upstream) => {
  let system: System;
  let world: World;

  beforeAll(async () => {
    system = await startSystem();
    const model = { contextTokensMax: 200_000, outputTokensMax: 64_000 };
    world = await system.world({
      ...{ upstreamModel: `${upstream}@tool-call:apply_patch`, channel: { provider }, model, points: '100000' },
    });
  }, 60_000);
  afterAll(() => system.stop());

  async function ask(input: object[]): Promise<{ events: Event[]; dropped: string | null }> {
    const request = requestOf(world.modelName, input);
    const answer = await system.gateway.post('/v1/responses', world.apiKey, request, HEADERS);
    if (answer.status !== 200) throw new Error(answer.text);
    const lines = answer.text.split('\n').filter((line) => line.startsWith('data: '));
    return {
      events: lines.map((line) => JSON.parse(line.slice(6)) as Event),
      dropped: answer.headers.get('x-tokenbay-dropped-fields'),
    };
  }

  /** What the agent keeps: the items that were done, without their ids. */
  function itemsOf(events: readonly Event[]): Item[] {
    return events.flatMap(({ type, item }) => {
      if (type !== 'response.output_item.done' || !item) return [];
      const { id: _id, ...kept } = item;
      return [kept];
    });
  }

  it('has its patch written as free text, piece by piece, and is told what it used', async () => {
    const { events, dropped } = await ask(opening);
    const call = itemsOf(events).find(({ type }) => type === 'custom_tool_call');
    expect(call?.input).toBe('*** Begin Patch\n+"Köln" 🌍\n*** End Patch');
    const deltas = events.filter(({ type }) => type === 'response.custom_tool_call_input.delta');
    // Gemini tells a call as a whole.
    expect(deltas.length).toBeGreaterThan(provider === 'gemini' ? 0 : 2);
    expect(deltas.map(({ delta }) => delta).join('')).toBe(call?.input);
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'response.completed' },
      response: { id: expect.stringMatching(/^resp_/), usage: { input_tokens: expect.any(Number) } },
    });
    const left = {
      openai: 'client_metadata',
      'openai-compatible': 'client_metadata, tools.format, verbosity, reasoning',
      anthropic: 'client_metadata, tools.format, verbosity',
      gemini: 'client_metadata, tools.format, verbosity',
    };
    expect(dropped).toBe(left[provider as 'openai']);
  });

  it('goes on in its loop with what it thought, called and found', async () => {
    const history = itemsOf((await ask(opening)).events);
    const call = history.find(({ type }) => type === 'custom_tool_call')!;
    await system.upstream.mark();
    const found = { type: 'custom_tool_call_output', call_id: call.call_id, output: 'Success. Updated a.txt' };
    const elsewhere = provider === 'gemini' ? 'anthropic-messages' : 'gemini-generate';
    // Reasoning of whichever model served the turn before last, or of none that could seal it.
    const foreign = [
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Elsewhere' }],
        encrypted_content: `tokenbay.${elsewhere}.abc`,
      },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Unsealed' }], encrypted_content: null },
    ];
    const { events } = await ask([...opening, ...foreign, ...history, found, said('user', 'And b.txt.')]);
    expect(events.at(-1)?.type).toBe('response.completed');
    const [sent] = await system.upstream.requests();
    const body = JSON.stringify(sent?.body);
    expect(body).toContain('Success. Updated a.txt');
    expect(body).not.toMatch(/Elsewhere|Unsealed|tokenbay\./);
    const sealed = {
      openai: 'gAAAAABFake',
      'openai-compatible': 'Success',
      anthropic: 'EqFake',
      gemini: 'RmFrZVNpZ25hdHVyZ',
    };
    expect(body).toContain(sealed[provider as 'openai']);
    expect(sent?.headers['openai-beta']).toBe(provider === 'openai' ? HEADERS['openai-beta'] : undefined);
  });

  it('is told how to ask without the search that it offers by default, where that has no price', async () => {
    const search = { type: 'web_search', external_web_access: false };
    const request = { ...requestOf(world.modelName, opening), tools: [...tools, search] };
    const answer = await system.gateway.post('/v1/responses', world.apiKey, request, HEADERS);
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request', body: { error: { param: 'tools' } } });
    expect(answer.text).toContain(
      String.raw`hosted tool web_search. Send the request without it (Codex: web_search = \"disabled\"`,
    );
  });

  it('runs commands by functions', async () => {
    const model = `${upstream}@tool-call:exec_command`;
    const other = await system.world({ upstreamModel: model, channel: { provider }, points: '100000' });
    const answer = await system.gateway.post(
      '/v1/responses',
      other.apiKey,
      requestOf(other.modelName, opening),
      HEADERS,
    );
    expect(answer.text).toContain('"type":"response.function_call_arguments.done"');
    expect(answer.text).toMatch(/"name":"exec_command"/);
  });
});
