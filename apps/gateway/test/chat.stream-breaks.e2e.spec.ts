import { uniqueName, type World, type WorldOptions } from '@tokenbay/testing';
import { expectRefusal, type RefusalCode } from './expect-refusal.js';
import { sendBytes } from './raw-http.js';
import { useSystem } from './use-system.js';

const house = useSystem();
/** Of streams that hang, and only of them: a busy machine is slower than that. */
const LIMITS = { connectTimeoutMs: 5_000, firstByteTimeoutMs: 1_500, idleTimeoutMs: 400, totalTimeoutMs: 2_500 };
const BOUND_MS = 15_000;
/** What ends it is how much it says, not how long it takes: a busy machine takes longer to hear it all. */
const ENDLESS_BOUND_MS = 50_000;
const ENDLESS = { model: { outputTokensMax: 10 } };

function worldWith(directives: string, options: WorldOptions = {}): Promise<World> {
  return house.system.world({ upstreamModel: `${uniqueName('fake')}@${directives}`, ...options });
}

/** Limits that are short where they are what ends it. */
const limitsOf = (code: RefusalCode) => (code === 'upstream_timeout' ? { channel: LIMITS } : {});

/** Every byte of the answer to a streamed request over a connection that asks to be kept; resolves when the gateway closes it. */
async function streamToClose({ apiKey, modelName }: World): Promise<{ head: string; body: string }> {
  const body = JSON.stringify({ model: modelName, messages: [{ role: 'user', content: 'Hello' }], stream: true });
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: gateway',
    `authorization: Bearer ${apiKey}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: keep-alive',
  ].join('\r\n');
  const answer = await sendBytes(house.system.gatewayUrl, `${head}\r\n\r\n${body}`);
  const end = answer.indexOf('\r\n\r\n');
  return { head: answer.slice(0, end), body: dechunk(answer.slice(end + 4)) };
}

function dechunk(text: string): string {
  let rest = Buffer.from(text);
  let body = '';
  for (;;) {
    const lineEnd = rest.indexOf('\r\n');
    const size = parseInt(rest.subarray(0, lineEnd).toString(), 16);
    if (lineEnd < 0 || !size) return body;
    body += rest.subarray(lineEnd + 2, lineEnd + 2 + size).toString();
    rest = rest.subarray(lineEnd + 2 + size + 2);
  }
}

const MESSAGES: Partial<Record<RefusalCode, string>> = {
  upstream_failed: 'The provider of this model failed.',
  upstream_timeout: 'The provider of this model did not answer in time.',
  response_parse_failed: "The provider's answer could not be read.",
};
const TYPES: Partial<Record<RefusalCode, string>> = { upstream_timeout: 'timeout_error' };

describe('a stream that breaks in the middle', () => {
  it.each<[how: string, code: RefusalCode]>([
    ['error-event:4', 'upstream_failed'],
    ['end-after:5', 'upstream_failed'],
    ['cut-bytes:1500', 'upstream_failed'],
    ['reset-bytes:1500', 'upstream_failed'],
    ['hang-events:4', 'upstream_timeout'],
    ['endless+gap:5', 'upstream_timeout'],
    ['endless', 'response_parse_failed'],
    ['huge-line+gap:30', 'response_parse_failed'],
    ['invalid-utf8+gap:30', 'response_parse_failed'],
  ])(
    'by %s ends with the error event to the byte, then the connection closes, and nothing is charged',
    async (how, code) => {
      const world = await worldWith(how, how === 'endless' ? ENDLESS : limitsOf(code));
      const startedAtMs = performance.now();
      const { head, body } = await streamToClose(world);
      expect(performance.now() - startedAtMs).toBeLessThan(how === 'endless' ? ENDLESS_BOUND_MS : BOUND_MS);
      expect(head).toMatch(/^HTTP\/1\.1 200 OK/);
      const error = `{"error":{"message":"${MESSAGES[code]}","type":"${TYPES[code] ?? 'api_error'}","param":null,"code":"${code}"}}`;
      expect(body.slice(body.lastIndexOf('data: '))).toBe(`data: ${error}\n\n`);
      expect(body).toContain('"role":"assistant"');
      expect(body).not.toContain('[DONE]');
      expect(body).not.toContain('"finish_reason":"stop"');
      expect(body.match(/"error"/g)).toHaveLength(1);
      expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
    },
    ENDLESS_BOUND_MS + BOUND_MS,
  );

  it('still brings everything that came before the break, and only that', async () => {
    const { body } = await streamToClose(await worldWith('error-event:4'));
    const events = body.split('\n\n').filter((event) => event !== '');
    expect(events).toHaveLength(5);
    const said = events.slice(0, 4).map((event) => (JSON.parse(event.slice(6)) as Chunk).choices[0]?.delta.content);
    expect(said).toEqual(['', 'Hello', ' from', ' the']);
  });

  it('is counted by its code', async () => {
    const metrics = await (await fetch(house.system.metricsUrl)).text();
    expect(metrics).toMatch(/tokenbay_errors_total\{[^}]*code="upstream_failed"[^}]*\} [1-9]/);
    expect(metrics).toMatch(/tokenbay_errors_total\{[^}]*code="upstream_timeout"[^}]*\} [1-9]/);
  });
});

interface Chunk {
  choices: { delta: { content?: string } }[];
}

describe('a stream that breaks before its first event', () => {
  it.each<[how: string, code: RefusalCode]>([
    ['error-event:0', 'upstream_failed'],
    ['end-after:0', 'upstream_failed'],
    ['cut-bytes:0', 'upstream_failed'],
    ['cut-bytes:100', 'upstream_failed'],
    ['reset-bytes:100', 'upstream_failed'],
    ['invalid-utf8', 'response_parse_failed'],
    ['hang-bytes:0', 'upstream_timeout'],
    ['hang-bytes:100', 'upstream_timeout'],
    ['slow:200', 'upstream_timeout'],
    ['html', 'response_parse_failed'],
    ['empty', 'response_parse_failed'],
    ['gzip-bomb', 'response_parse_failed'],
  ])('by %s is answered with a clean status', async (how, code) => {
    const world = await worldWith(how, limitsOf(code));
    const startedAtMs = performance.now();
    expectRefusal(await house.chat(world, { stream: true }), code);
    expect(performance.now() - startedAtMs).toBeLessThan(BOUND_MS);
    expect(await house.pointsOf(world)).toEqual({ available: '1000', held: '0' });
  });
});

describe('the gateway', () => {
  it('has closed every connection to the upstream that broke, and serves on', async () => {
    const world = await worldWith('usage:1:1');
    expect((await house.chat(world, { stream: true })).events.at(-1)).toBe('[DONE]');
    const isAtRest = async () => (await house.system.upstream.stats()).inFlight === 0;
    await house.system.gatewayProcess.waitUntil(isAtRest, BOUND_MS);
  });
});
