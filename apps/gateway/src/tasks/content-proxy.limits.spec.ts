import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { ContentHarness, ResultServer, ScriptedDialer } from '../../test/content-harness.js';

/** Connects to nobody: neither refused nor answered. */
class SilentDialer extends ScriptedDialer {
  override connect(): Socket {
    return new Socket();
  }
}

/** Never learns an address. */
class LostDialer extends ScriptedDialer {
  override resolve(): Promise<readonly string[]> {
    return new Promise(() => undefined);
  }
}

describe('content that does not come', () => {
  const server = new ResultServer();
  const harnesses: ContentHarness[] = [];

  async function open(dialer: ScriptedDialer): Promise<ContentHarness> {
    const harness = new ContentHarness(dialer, [server.host]);
    harnesses.push(harness);
    await harness.start();
    return harness;
  }

  beforeAll(() => server.start());
  afterAll(async () => {
    await Promise.all(harnesses.map((harness) => harness.stop()));
    await server.stop();
  });

  async function timed(work: Promise<string>): Promise<{ outcome: string; seconds: number }> {
    const startedAtMs = performance.now();
    const outcome = await work;
    return { outcome, seconds: (performance.now() - startedAtMs) / 1000 };
  }

  /** The last thing that a download comes to. */
  async function download(harness: ContentHarness, path: string): Promise<string> {
    harness.source = { url: `http://${server.host}${path}` };
    const [response] = (await once(httpRequest(harness.url).end(), 'response')) as [IncomingMessage];
    return response.toArray().then(
      (chunks) => `whole: ${chunks.length}`,
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? '',
    );
  }

  it('is waited for 5 s to connect, 15 s to begin, 30 s to go on, and for as long as it moves', async () => {
    server.answer = ({ url }, response) => {
      if (url === '/nothing') return;
      response.writeHead(200, { 'content-type': 'video/mp4' }).write('beginning');
      if (url !== '/moving') return;
      const steps = setInterval(() => response.write('x'), 1_000);
      setTimeout(() => {
        clearInterval(steps);
        response.end();
      }, 33_000);
    };
    const retryable = '502 content_fetch_failed true';
    const [silent, lost, nothing, stalled, moving] = await Promise.all([
      timed((await open(new SilentDialer())).fetchCode({ url: `http://${server.host}/` })),
      timed((await open(new LostDialer())).fetchCode({ url: 'https://cdn.example/' })),
      timed((await open(new ScriptedDialer())).fetchCode({ url: `http://${server.host}/nothing` })),
      timed(download(await open(new ScriptedDialer()), '/stalled')),
      timed(download(await open(new ScriptedDialer()), '/moving')),
    ]);
    expect([silent.outcome, lost.outcome, nothing.outcome]).toEqual([retryable, retryable, retryable]);
    expect([stalled.outcome, moving.outcome]).toEqual(['ECONNRESET', expect.stringContaining('whole')]);
    for (const [{ seconds }, limit] of [
      [silent, 5],
      [lost, 5],
      [nothing, 15],
      [stalled, 30],
      [moving, 33],
    ] as const) {
      expect(seconds).toBeGreaterThan(limit - 0.5);
      expect(seconds).toBeLessThan(limit + 9);
    }
  }, 60_000);
});
