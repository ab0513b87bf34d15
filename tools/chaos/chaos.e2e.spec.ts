import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { hasRedis } from '@tokenbay/testing';

const MAIN = join(import.meta.dirname, 'chaos.mjs');
const TIMEOUT_MS = 150_000;

/** Runs the command; answers how it ended and what it said. */
function runChaos(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { timeout: TIMEOUT_MS }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, output: stdout + stderr }),
    );
  });
}

describe('npm run chaos', () => {
  it(
    'keeps every promise while a gateway is killed, another stopped, Redis lost, and Postgres crashes and loses its answers',
    async () => {
      const { code, output } = await runChaos('--short', '--seed', '4711');
      expect(output).toContain(`verdict: every promise was kept (${hasRedis() ? 6 : 5} faults, seed 4711`);
      expect(code).toBe(0);
    },
    TIMEOUT_MS,
  );

  it('says what is wrong with its options, and starts nothing', async () => {
    const { code, output } = await runChaos('--gateways', 'many');
    expect(code).toBe(1);
    expect(output).toContain('"many" is no whole number from 2 to 9.');
  });
});
