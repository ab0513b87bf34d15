import { uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { openStream, type OpenStream } from './open-stream.js';
import { useSystem } from './use-system.js';

const house = useSystem();
const messages = [{ role: 'user', content: 'Grüße an die 🚢 im Hafen: 漢字, "quotes", \\ and \n lines' }];
/** Longer than the fifteen seconds after which a silent stream is kept alive. */
const SILENCE_MS = 16_500;
const tools = [{ type: 'function', function: { name: 'look_up', parameters: {} } }];

/** Begins before the other tests, which run during its silence. */
let silent: OpenStream;

beforeAll(async () => {
  silent = await openStream(house.system.gatewayUrl, await worldWith(`usage:120:30+late-usage:${SILENCE_MS}`));
});

interface UpstreamWorld extends World {
  upstreamModel: string;
}

async function worldWith(directives: string, options: WorldOptions = {}): Promise<UpstreamWorld> {
  const upstreamModel = `${uniqueName('fake')}@${directives}`;
  return { ...(await house.system.world({ upstreamModel, ...options })), upstreamModel };
}

/** What the upstream itself sends for a request. */
async function askUpstream(model: string, fields: object): Promise<string> {
  const response = await fetch(`${house.system.upstream.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-direct', 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages, ...fields }),
  });
  return response.text();
}

/** A text without what differs from one answer to the next. */
function withoutIdentity(text: string): string {
  return text.replace(/"id":"chatcmpl-[^"]+"/g, '"id":"-"').replace(/"created":\d+/g, '"created":0');
}

const contentOf = (events: unknown[]) =>
  events.map((event) => (event as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? '');

describe('a stream', () => {
  it.each<[what: string, directives: string, fields: object]>([
    ['text', 'echo', {}],
    ['three choices', 'words:4', { n: 3 }],
    ['a tool call', 'usage:9:9', { tools, tool_choice: 'required' }],
    ['a refusal', 'refusal', {}],
    ['a filtered answer', 'content-filter', {}],
    ['an answer cut short', 'words:50', { max_tokens: 5 }],
    ['one large event', 'huge-line:300000', {}],
    ['no obfuscation', 'echo', { stream_options: { include_obfuscation: false } }],
  ])(
    'with %s is the upstream’s to the byte, and usage is there only if it was asked for',
    async (_, directives, fields) => {
      const world = await worldWith(directives, { model: { outputTokensMax: 5_000 } });
      for (const isAsked of [false, true]) {
        const own = (fields as { stream_options?: object }).stream_options;
        const options = isAsked ? { stream_options: { ...own, include_usage: true } } : {};
        const request = { messages, ...fields, ...options, stream: true };
        const { text, status } = await house.chat(world, request);
        expect(status).toBe(200);
        expect(withoutIdentity(text)).toBe(withoutIdentity(await askUpstream(world.upstreamModel, request)));
        expect(text.includes('"usage"')).toBe(isAsked);
      }
    },
  );

  it('has the headers of an event stream and of every answer', async () => {
    const { headers } = await house.chat(await worldWith('echo'), { stream: true });
    expect(headers.get('content-type')).toMatch(/^text\/event-stream\b/);
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('x-request-id')).toBe(headers.get('request-id'));
  });

  it.each(['duplicate-done', 'no-done', 'usage-after-done', 'usage-with-finish', 'usage-every-chunk', 'usage-unasked'])(
    'ends with exactly one [DONE] and shows no usage when the upstream does %s',
    async (directives) => {
      const { text, events, content } = await house.chat(await worldWith(directives), { stream: true });
      expect(text.match(/data: \[DONE\]/g)).toHaveLength(1);
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
      expect(text).not.toContain('"usage"');
      expect(content).toMatch(/^Hello from .* lost\.$/);
      const finishes = events.filter((event) => /"finish_reason":"stop"/.test(JSON.stringify(event)));
      expect(finishes).toHaveLength(1);
    },
  );

  it.each(['split:1', 'split:3', 'split:7', 'split:101', 'split:1+crlf+comments', 'crlf', 'comments', 'gap:1'])(
    'says the same however its bytes travel: %s',
    async (directives) => {
      const world = await worldWith(`echo+${directives}`);
      const plain = await worldWith('echo');
      const request = { messages, stream: true, stream_options: { include_usage: true } };
      const { events } = await house.chat(world, request);
      const expected = (await house.chat(plain, request)).events;
      expect(contentOf(events)).toEqual(contentOf(expected));
      expect(contentOf(events).join('')).toBe(messages[0]?.content);
      expect(events.length).toBe(expected.length);
      expect(await house.pointsOf(world)).toEqual(await house.pointsOf(plain));
    },
  );

  it('delivers each event when it comes, not when the next one does', async () => {
    // The upstream falls silent behind its fourth event.
    const world = await worldWith('words:4+hang-events:4', { channel: { idleTimeoutMs: 3_000 } });
    const stream = await openStream(house.system.gatewayUrl, world);
    await stream.until('" harbour"');
    expect(stream.text).toContain('" harbour"');
    expect(stream.isEnded).toBe(false);
    await stream.end();
  });
});

describe('the tail of a stream', () => {
  it('waits for the charge: when [DONE] is there the balance has been reduced and nothing is held', async () => {
    const world = await worldWith('usage:120:30+late-usage:2000');
    const stream = await openStream(house.system.gatewayUrl, world);
    await stream.until('lost.');
    expect(await house.pointsOf(world)).not.toMatchObject({ held: '0' });
    await stream.until('[DONE]');
    const account = await house.system.gateway.request('/v1/account', world.apiKey);
    expect(account.body).toMatchObject({ account: { points_available: '999.82', points_held: '0' } });
    const finishedMs = stream.arrivedAtMs('"finish_reason":"stop"');
    expect(finishedMs - stream.arrivedAtMs('lost.')).toBeGreaterThan(stream.arrivedAtMs('[DONE]') - finishedMs);
  });

  it('is not kept waiting by an upstream that keeps its connection open after the terminator', async () => {
    const upstreamModel = `${uniqueName('fake')}@echo`;
    const world = await worldWith('', { upstreamModel });
    const request = { messages, stream: true, stream_options: { include_usage: true } };
    const bytes = Buffer.byteLength(await askUpstream(upstreamModel, request));
    await house.system.upstream.behave(upstreamModel, `hang-bytes:${bytes}`);
    const startedAtMs = performance.now();
    const { events } = await house.chat(world, request);
    expect(events.at(-1)).toBe('[DONE]');
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  });
});

describe('a stream of large events', () => {
  const content = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(15_000)).join(' ');
  const large = () =>
    worldWith('echo', { model: { contextTokensMax: 1_000_000, outputTokensMax: 10_000 }, points: '100000' });

  it('flows to its end without a pause', async () => {
    const world = await large();
    for (const options of [{}, { stream_options: { include_usage: true } }]) {
      const answer = await house.chat(world, { messages: [{ role: 'user', content }], stream: true, ...options });
      expect([answer.content, answer.events.at(-1)]).toEqual([content, '[DONE]']);
    }
  });

  it('reaches a client whole that reads slowly', async () => {
    const stream = await openStream(house.system.gatewayUrl, await large(), { messages: [{ role: 'user', content }] });
    for (let pause = 0; pause < 3; pause++) {
      stream.response.pause();
      await new Promise((done) => setTimeout(done, 150));
      stream.response.resume();
      await stream.until(`${pause * 5}`.repeat(15_000));
    }
    const events = (await stream.end()).trim().split('\n\n');
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(contentOf(events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as unknown)).join('')).toBe(content);
  });
});

describe('many streams', () => {
  it('at once are all complete and all charged', async () => {
    const world = await worldWith('usage:10:5+gap:2', { points: '20' });
    const fields = { stream: true, max_tokens: 5 };
    const answers = await Promise.all(Array.from({ length: 60 }, () => house.chat(world, fields)));
    const whole = answers.filter(({ events }) => events.at(-1) === '[DONE]');
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(whole).toHaveLength(60);
    expect(await house.pointsOf(world)).toEqual({ available: '18.8', held: '0' });
  });
});

describe('a stream whose upstream is silent', () => {
  it('is kept alive by a comment after fifteen seconds, which changes nothing of what it says', async () => {
    const text = await silent.end();
    const events = text.split('\n\n').filter((event) => event !== '');
    expect(events.filter((event) => event.startsWith(':'))).toEqual([': keep-alive']);
    expect(events.at(-3)).toBe(': keep-alive');
    expect(events.at(-1)).toBe('data: [DONE]');
    const silenceMs = silent.arrivedAtMs(': keep-alive') - silent.arrivedAtMs('lost.');
    expect(silenceMs).toBeGreaterThan(14_500);
  });
});
