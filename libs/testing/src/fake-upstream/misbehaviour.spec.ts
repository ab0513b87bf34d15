import { untilHolds } from '../until-holds.js';
import { startFakeUpstream, type FakeUpstreamClient } from './start-fake-upstream.js';

const messages = [{ role: 'user', content: 'Hello there' }];
const authorization = 'Bearer sk-upstream';
const LEFT = { isComplete: false, clientLeft: true };

describe('the fake upstream', () => {
  let upstream: FakeUpstreamClient;
  beforeAll(async () => void (upstream = await startFakeUpstream()));
  beforeEach(() => upstream.reset());
  afterAll(() => upstream.stop());

  function chat(model: string, more: object = {}, init: RequestInit = {}): Promise<Response> {
    return fetch(`${upstream.baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, ...more }),
      ...init,
    });
  }

  async function text(directives: string, more: object = {}): Promise<string> {
    return (await chat(`fake@${directives}`, more)).text();
  }

  const stream = (directives: string) => text(directives, { stream: true, stream_options: { include_usage: true } });
  const events = (body: string) => body.split('\n\n').filter(Boolean);

  it.each([
    ['an unknown field', { zebra: 1 }, 'Unrecognized request argument supplied: zebra', null],
    ['a missing field', { messages: undefined }, "Missing required parameter: 'messages'.", 'messages'],
    ['an unknown role', { messages: [{ role: 'boss', content: 'x' }] }, "Invalid value: 'boss'.", 'messages[0].role'],
    ['a wrong type', { temperature: 'hot' }, "Invalid type for 'temperature'", 'temperature'],
    [
      'stream options without a stream',
      { stream_options: {} },
      "'stream_options' parameter is only allowed",
      'stream_options',
    ],
    ['two token limits', { max_tokens: 1, max_completion_tokens: 1 }, 'at the same time', 'max_tokens'],
    [
      'a tool answer out of the blue',
      { messages: [{ role: 'tool', tool_call_id: 'a', content: 'x' }] },
      "role 'tool'",
      'messages[0].role',
    ],
  ])('refuses %s as OpenAI does', async (_, more, message, param) => {
    const response = await chat('fake', more);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: unknown };
    expect(error).toMatchObject({ message: expect.stringContaining(message), type: 'invalid_request_error', param });
  });

  it('wants a bearer key', async () => {
    const refused = await chat(
      'fake',
      {},
      { headers: { 'content-type': 'application/json', 'x-api-key': 'sk-upstream' } },
    );
    expect(refused.status).toBe(401);
    expect(
      (await chat('fake', {}, { headers: { authorization: 'sk-upstream', 'content-type': 'application/json' } }))
        .status,
    ).toBe(401);
  });

  it('refuses a directive that does not exist, so that a misspelt test fails', async () => {
    expect(await (await chat('fake@useage:1:2')).json()).toMatchObject({
      error: { message: 'unknown directive: useage' },
    });
  });

  it('reports absurd usage as it was told', async () => {
    expect(JSON.parse(await text('usage:-5:1.5'))).toMatchObject({
      usage: { prompt_tokens: -5, completion_tokens: 1.5 },
    });
    expect(JSON.parse(await text('usage:1e18:many'))).toMatchObject({
      usage: { prompt_tokens: 1e18, completion_tokens: 'many' },
    });
    expect(JSON.parse(await text('no-usage'))).not.toHaveProperty('usage');
    expect(await stream('no-usage')).not.toContain('"usage":{');
  });

  it('puts usage where some providers put it', async () => {
    expect(events(await stream('usage-with-finish')).at(-2)).toMatch(/"finish_reason":"stop".*"usage":\{/);
    expect(events(await stream('usage-after-done')).at(-1)).toContain('"usage":{');
    expect(
      events(await stream('usage-every-chunk')).filter((event) => event.includes('"usage":{')).length,
    ).toBeGreaterThan(10);
    expect(await text('usage-unasked', { stream: true })).toContain('"usage":{');
    const startedMs = performance.now();
    await stream('late-usage:150');
    expect(performance.now() - startedMs).toBeGreaterThan(140);
  });

  it('ends a stream early, twice or not at all', async () => {
    expect(events(await stream('no-done')).at(-1)).not.toContain('[DONE]');
    expect(events(await stream('duplicate-done')).slice(-2)).toEqual(['data: [DONE]', 'data: [DONE]']);
    expect(events(await stream('end-after:4'))).toHaveLength(4);
    expect(events(await stream('error-event:0'))).toEqual([expect.stringContaining('data: {"error":')]);
  });

  it('answers garbage with 200', async () => {
    expect(await text('html')).toContain('<html>');
    expect(await text('empty')).toBe('');
    expect(JSON.parse(await text('error-body'))).toHaveProperty('error.message');
    const broken = await text('invalid-json');
    expect(() => void JSON.parse(broken)).toThrow();
    expect(await stream('crlf')).toContain('[DONE]\r\n\r\n');
    expect(await stream('comments')).toMatch(/^: /);
    expect((await stream('huge-line:100000')).length).toBeGreaterThan(100_000);
    const bytes = Buffer.from(await (await chat('fake@invalid-utf8')).arrayBuffer());
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
  });

  it('packs a gzip bomb of many times its size', async () => {
    const response = await chat('fake@gzip-bomb:16');
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect((await response.arrayBuffer()).byteLength).toBe(16 * 1_048_576);
  });

  it('answers errors with the wait it was told', async () => {
    const response = await chat('fake@status:429+retry-after:7');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect((await chat('fake@status:429')).headers.has('retry-after')).toBe(false);
    expect(
      (
        await chat(
          'fake@redirect',
          {},
          { redirect: 'manual', headers: { authorization, 'content-type': 'application/json' } },
        )
      ).status,
    ).toBe(307);
  });

  it('hangs until the client leaves, and remembers that it did', async () => {
    const signal = () => AbortSignal.timeout(1_000);
    await expect(chat('fake@hang-headers', {}, { signal: signal() })).rejects.toThrow('timeout');
    for (const directive of ['hang-events:3', 'hang-bytes:100', 'endless+gap:5']) {
      const response = await chat(`fake@${directive}`, { stream: true }, { signal: signal() });
      await expect(response.text()).rejects.toThrow();
    }
    await untilHolds(async () => expect((await upstream.stats()).inFlight).toBe(0));
    expect(await upstream.requests()).toMatchObject([LEFT, LEFT, LEFT, LEFT]);
  });

  it('cuts and resets the connection where it was told', async () => {
    await expect(chat('fake@reset-headers')).rejects.toThrow();
    for (const directive of ['cut-bytes:100', 'reset-bytes:100']) {
      const response = await chat(`fake@${directive}`, { stream: true });
      let seen = 0;
      await expect(
        (async () => {
          for await (const bytes of response.body ?? []) seen += (bytes as Uint8Array).length;
        })(),
      ).rejects.toThrow();
      expect(seen).toBe(100);
    }
    expect(await upstream.requests()).toMatchObject(
      Array(3).fill({ isComplete: false, isCut: true, clientLeft: false }),
    );
  });

  it('splits events at any byte and drips them slowly', async () => {
    const response = await chat('fake@usage:1:2+split:7', { stream: true });
    const pieces: string[] = [];
    for await (const bytes of response.body ?? []) pieces.push(Buffer.from(bytes as Uint8Array).toString());
    // However many of the writes come together, some of them end within an event.
    expect(pieces.filter((piece) => !piece.endsWith('\n\n'))).not.toEqual([]);
    expect(events(pieces.join('')).length).toBe(events(await text('usage:1:2', { stream: true })).length);
    const startedMs = performance.now();
    await text('slow:1+error-body');
    expect(performance.now() - startedMs).toBeGreaterThan(140);
  });

  it('takes orders by key, by header and by model, also for a few times only', async () => {
    const by = (headers: Record<string, string>) =>
      chat('fake', {}, { headers: { authorization, 'content-type': 'application/json', ...headers } });
    expect((await by({ authorization: 'Bearer sk-b@error:insufficient_quota' })).status).toBe(429);
    expect((await by({ 'x-fake': 'status:503' })).status).toBe(503);
    await upstream.behave('fake', 'status:500+times:2');
    const statuses = [];
    for (let n = 0; n < 4; n++) statuses.push((await chat('fake')).status);
    expect(statuses).toEqual([500, 500, 200, 200]);
  });

  it('logs what came in and what went out, without the key', async () => {
    await upstream.mark();
    const { id } = (await (await chat('fake@usage:7:8')).json()) as { id: string };
    const [entry] = await upstream.requests();
    expect(entry).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      body: { model: 'fake@usage:7:8', messages },
      headers: { authorization: 'Bearer ***' },
      keyFingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      behaviour: 'usage:7:8',
      status: 200,
      answerId: id,
      usage: { prompt_tokens: 7, completion_tokens: 8 },
      isComplete: true,
      clientLeft: false,
    });
    expect(JSON.stringify(entry)).not.toContain('sk-upstream');
  });
});
