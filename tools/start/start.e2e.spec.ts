import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '@tokenbay/testing';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { commandOf, waitUntilGone } from './alive.mjs';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const TEST_TIMEOUT_MS = 120_000;

/** `npm start` in a process of its own, with nothing of this machine's environment but its paths. */
class Start {
  output = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(args: string[], env: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, [join(ROOT, 'tools/start/start.mjs'), ...args], {
      env: { PATH, HOME, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!this.output.includes('Ctrl-C stops everything.')) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error(`it did not start:\n${this.output}`);
      await sleep(20);
    }
  }

  /** What it said, but for the build that somebody's edit may have made necessary. */
  get words(): string {
    return this.output.replace(/^Built .*\n/gm, '');
  }

  /** It and all that it started. */
  family(): number[] {
    return familyOf(this.child.pid ?? 0);
  }
}

describe('npm start', () => {
  const data = mkdtempSync(join(tmpdir(), 'tokenbay-start-'));
  const running: Start[] = [];
  let env: Record<string, string>;
  beforeAll(async () => {
    const [gateway, admin, metrics] = await findFreePorts(3);
    env = { GATEWAY_PORT: `${gateway}`, ADMIN_PORT: `${admin}`, METRICS_PORT: `${metrics}`, ...UNLIMITED };
  });
  afterAll(async () => {
    for (const start of running) {
      start.child.kill('SIGTERM');
      await start.ended;
    }
    rmSync(data, { recursive: true, force: true });
  });

  function start(args: string[] = ['--data', data], extra: Record<string, string> = {}): Start {
    const started = new Start(args, { ...env, ...extra });
    running.push(started);
    return started;
  }

  it(
    'starts, serves the line it prints, stops without a trace, and finds everything again',
    async () => {
      const first = start();
      await first.ready();
      const written = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')) as Record<string, string>;
      expect(Object.keys(written)).toEqual(
        expect.arrayContaining(['gatewayUrl', 'adminUrl', 'databaseUrl', 'adminToken', 'demoKey', 'demoModel']),
      );
      expect(written).toMatchObject({ gatewayUrl: `http://127.0.0.1:${env['GATEWAY_PORT']}`, demoModel: 'demo-chat' });
      for (const name of ['demo.json', 'secrets.json', 'state.json', 'postgres.log']) {
        expect([name, statSync(join(data, name)).mode & 0o777]).toEqual([name, 0o600]);
      }
      await expect(pasteCurlLine(first.output)).resolves.toMatchObject({ object: 'chat.completion' });

      const twin = start();
      expect(await twin.ended).toBe(1);
      expect(twin.words).toBe(
        `TokenBay Gateway already runs on ${data} (process ${first.child.pid}): stop it first.\n`,
      );

      await stopAndExpectNothingLeft(first, 'SIGTERM');

      const second = start();
      await second.ready();
      expect(JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'))).toEqual(written);
      await expect(pasteCurlLine(second.output)).resolves.toMatchObject({ object: 'chat.completion' });
      await stopAndExpectNothingLeft(second, 'SIGINT');
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'leaves nothing running when it is killed, and starts again afterwards',
    async () => {
      const killed = start(['--data', data, '--no-demo']);
      await killed.ready();
      expect(JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'))).not.toHaveProperty('demoKey');
      const family = killed.family();
      expect(family.length).toBeGreaterThan(4);
      killed.child.kill('SIGKILL');
      const again = start();
      await again.ready();
      for (const pid of family) expect(await waitUntilGone(pid, 0)).toBe(true);
      await expect(pasteCurlLine(again.output)).resolves.toMatchObject({ object: 'chat.completion' });
      await stopAndExpectNothingLeft(again, 'SIGTERM');
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'comes down as a whole, and says why, when one of its processes dies',
    async () => {
      const house = start();
      await house.ready();
      const family = house.family();
      const gateway = family.find((pid) => commandOf(pid)?.includes('apps/gateway'));
      process.kill(gateway ?? 0, 'SIGKILL');
      expect(await house.ended).toBe(1);
      expect(house.output).toContain('The gateway ended unexpectedly (SIGKILL).\n');
      for (const pid of family) expect(await waitUntilGone(pid, 0)).toBe(true);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'says so where secrets and database do not belong together',
    async () => {
      const secrets = readFileSync(join(data, 'secrets.json'), 'utf8');
      const other = { ...(JSON.parse(secrets) as object), POSTGRES_PASSWORD: 'another-house' };
      writeFileSync(join(data, 'secrets.json'), JSON.stringify(other));
      const failed = start();
      expect(await failed.ended).toBe(1);
      expect(failed.words).toMatch(/^The database in .*\/postgres was not made with the POSTGRES_PASSWORD in .*\n$/);
      writeFileSync(join(data, 'secrets.json'), secrets, { mode: 0o600 });
    },
    TEST_TIMEOUT_MS,
  );

  it.each([
    ['a bad variable', { GATEWAY_PORT: '70000', LOG_LEVEL: 'loud' }, /^GATEWAY_PORT must .*\nLOG_LEVEL must .*\n$/],
    ['an unknown variable', { GATEWAY_PROT: '1' }, /^GATEWAY_PROT is not a variable of TokenBay Gateway\n$/],
    ['a database without its key', { DATABASE_URL: 'postgres://127.0.0.1/x' }, /^SECRETS_KEY is required .*\n$/],
    [
      'two listeners on one port',
      { GATEWAY_PORT: '4999', ADMIN_PORT: '4999' },
      /^GATEWAY_PORT and ADMIN_PORT are .*\n$/,
    ],
  ])('answers %s with a sentence, exit code 1, and nothing left', async (_what, extra, sentence) => {
    const failed = start(['--data', data], extra);
    expect(await failed.ended).toBe(1);
    expect(failed.words).toMatch(sentence);
    expect(existsSync(join(data, 'start.lock'))).toBe(false);
  });

  it('answers an option it does not know, or a folder it cannot write, with a sentence', async () => {
    const unknown = start(['--no-dmeo']);
    expect(await unknown.ended).toBe(1);
    expect(unknown.output).toMatch(/^Unknown option '--no-dmeo'/);
    writeFileSync(join(data, 'file'), '');
    const unwritable = start(['--data', join(data, 'file')]);
    expect(await unwritable.ended).toBe(1);
    expect(unwritable.words).toMatch(/^The folder .*\/file cannot be written \(EEXIST\): .*\n$/);
  });
});

/** What a busy test machine would trip over. */
const UNLIMITED = { OVERLOAD_CPU_PERCENT: '0', OVERLOAD_MEMORY_PERCENT: '0', OVERLOAD_DISK_PERCENT: '0' };

async function stopAndExpectNothingLeft(start: Start, signal: NodeJS.Signals): Promise<void> {
  const family = start.family();
  expect(family.length).toBeGreaterThan(5);
  start.child.kill(signal);
  expect(await Promise.race([start.ended, sleep(STOP_TIMEOUT_MS, 'still running', { ref: false })])).toBe(0);
  for (const pid of family) expect([commandOf(pid), await waitUntilGone(pid, 0)]).toEqual([undefined, true]);
}

/** Lets a shell take the printed line apart, as it would be when pasted, and does what curl would do. */
async function pasteCurlLine(output: string): Promise<unknown> {
  const line = output.split('\n').find((candidate) => candidate.startsWith('curl ')) ?? '';
  const args = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }; ${line}`], { encoding: 'utf8' }).split('\n');
  const [, url = '', ...rest] = args;
  const headers = rest.flatMap((value, index) =>
    rest[index - 1] === '-H' ? [value.split(': ') as [string, string]] : [],
  );
  const response = await fetch(url, { method: 'POST', headers, body: rest[rest.indexOf('-d') + 1] ?? '' });
  return response.json();
}

function familyOf(pid: number): number[] {
  const children = readParents().filter(([, parent]) => parent === pid);
  return [pid, ...children.flatMap(([child]) => familyOf(child))];
}

/** Every process of the machine with its parent. */
function readParents(): [number, number][] {
  if (!existsSync('/proc/self/stat')) {
    const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
    return table.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc').flatMap((name): [number, number][] => {
    try {
      const stat = readFileSync(`/proc/${Number(name)}/stat`, 'utf8');
      return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0])]];
    } catch {
      return [];
    }
  });
}
