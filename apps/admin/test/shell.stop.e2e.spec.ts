import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtFile } from '@tokenbay/testing';
import { OWNER_TOKEN, type RunningAdmin, startAdmin } from './start-admin.js';

const BUSY_MS = 300;
let admin: RunningAdmin;
beforeAll(async () => {
  admin = await startAdmin();
}, 60_000);
afterAll(() => admin.stop());

const another = () => startAdmin({ database: admin.database, secretsKey: admin.secretsKey });

/** Sends the head of a request and all but the end of its body, so that it stays in progress; `finish` sends the rest. */
async function beginRequest({ port }: RunningAdmin) {
  let answer = '';
  const socket = connect(port, '127.0.0.1');
  socket.setEncoding('utf8').on('data', (text) => (answer += String(text)));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  const body = '{"name":"finished-while-draining"}';
  const head = [
    `authorization: Bearer ${OWNER_TOKEN}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
  ];
  socket.write(`POST /admin/v1/groups HTTP/1.1\r\nhost: x\r\n${head.join('\r\n')}\r\n\r\n${body.slice(0, -1)}`);
  await sleep(BUSY_MS);
  const finish = async () => {
    socket.write(body.slice(-1));
    await closed;
    return answer;
  };
  return { finish };
}

async function exitOf({ program }: RunningAdmin): Promise<number | null> {
  await program.waitUntil(() => !program.isRunning, 20_000).catch(() => undefined);
  return program.exitCode;
}

describe('the end of the admin application', () => {
  it('leaves with code 1 after an unexpected error, which only the log tells', async () => {
    const crash = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("unexpected")})';
    const other = await startAdmin({
      database: admin.database,
      secretsKey: admin.secretsKey,
      nodeArgs: ['--import', crash],
    });
    other.program.signal('SIGUSR2');
    expect(await exitOf(other)).toBe(1);
    expect(other.program.output).toContain('"level":"fatal"');
  }, 60_000);

  it('finishes a request that is in progress, then exits 0', async () => {
    const other = await another();
    const { finish } = await beginRequest(other);
    other.program.signal('SIGTERM');
    await sleep(BUSY_MS);
    await expect(fetch(`${other.url}/health/live`)).rejects.toThrow();
    const answer = await finish();
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(await exitOf(other)).toBe(0);
  }, 60_000);

  it('exits at once on a second signal', async () => {
    const other = await another();
    await beginRequest(other);
    other.program.signal('SIGINT');
    await sleep(BUSY_MS);
    expect(other.program.isRunning).toBe(true);
    other.program.signal('SIGINT');
    expect(await exitOf(other)).toBe(1);
  }, 60_000);

  it('ends when the process that started it is gone', async () => {
    const { DATABASE_URL, SECRETS_KEY } = { DATABASE_URL: admin.database.url, SECRETS_KEY: admin.secretsKey };
    const { PATH = '', HOME = '' } = process.env;
    const child = fork(builtFile('apps/admin/main.js'), {
      env: { PATH, HOME, DATABASE_URL, SECRETS_KEY, ADMIN_PORT: String(admin.port + 1), ADMIN_TOKEN: OWNER_TOKEN },
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
      execArgv: [],
    });
    await new Promise<void>((listening) => {
      child.stdout?.on('data', (text: Buffer) => void (text.includes('"listening"') && listening()));
    });
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  }, 60_000);
});
