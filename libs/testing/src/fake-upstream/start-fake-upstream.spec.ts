import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoggedRequest } from './request-log.js';
import { startFakeUpstream } from './start-fake-upstream.js';

describe('startFakeUpstream', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'fake-upstream-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('leaves one line for every request in its log file, in the order in which they ended', async () => {
    const logFile = join(folder, 'requests.jsonl');
    const upstream = await startFakeUpstream({ logFile });
    const ask = (model: string) =>
      fetch(`${upstream.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { authorization: 'Bearer sk-canary', 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello' }] }),
      }).then((response) => response.text());
    await Promise.all([ask('slow@usage:1:2+delay:150'), ask('fast@usage:3:4')]);
    expect(await upstream.stats()).toMatchObject({ requests: 2, inFlight: 0 });
    await upstream.stop();
    const text = await readFile(logFile, 'utf8');
    const lines = text.trim().split('\n');
    const usages = lines.map((line) => (JSON.parse(line) as LoggedRequest).usage?.['prompt_tokens']);
    expect(usages).toEqual([3, 1]);
    expect(text).not.toContain('sk-canary');
  });

  it('says why it cannot start', async () => {
    const upstream = await startFakeUpstream();
    await expect(startFakeUpstream({ port: upstream.port })).rejects.toThrow('EADDRINUSE');
    await upstream.stop();
  });
});
