import { randomBytes } from 'node:crypto';
import { generateSecret } from '@tokenbay/platform/testing';
import { startFakeUpstream } from '../fake-upstream/start-fake-upstream.js';
import { cloneDatabase } from '../postgres/clone-database.js';
import { onFreePorts } from '../processes/free-port.js';
import { startProgram } from '../processes/start-program.js';
import { builtFile } from '../processes/workspace.js';
import { AdminClient } from './admin-client.js';
import { startGateway, waitUntilReady } from './start-gateway.js';
import { System, type AdminProcess } from './system.js';

/**
 * Environment variables added to those of a process; `databaseUrl` is used instead of a cloned database; the fake upstream writes every
 * request to `upstreamLogFile`.
 */
export interface SystemOptions {
  gateway?: Record<string, string>;
  admin?: Record<string, string>;
  databaseUrl?: string;
  upstreamLogFile?: string;
}

/** What a busy test machine would trip over, and what would make each test wait; tests of these set them. */
const UNLIMITED = {
  OVERLOAD_CPU_PERCENT: '0',
  OVERLOAD_MEMORY_PERCENT: '0',
  OVERLOAD_DISK_PERCENT: '0',
  REQUESTS_PER_MINUTE_PER_IP: '0',
  GATEWAY_DRAIN_DELAY_MS: '0',
};

/** Starts the built product; resolves when admin and gateway say that they are ready. */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const started: (() => Promise<unknown>)[] = [];
  try {
    return await startParts(options, started);
  } catch (error) {
    await Promise.all(started.map((stop) => stop()));
    throw error;
  }
}

async function startParts(options: SystemOptions, started: (() => Promise<unknown>)[]): Promise<System> {
  const database = await openDatabase(options);
  started.push(() => database.drop());
  const { upstreamLogFile: logFile } = options;
  const upstream = await startFakeUpstream(logFile === undefined ? {} : { logFile });
  started.push(() => upstream.stop());
  const shared = { DATABASE_URL: database.url, SECRETS_KEY: randomBytes(32).toString('base64') };
  const admin = await startAdmin({ ...shared, ADMIN_TOKEN: generateSecret('adm-'), ...options.admin });
  started.push(() => admin.program.kill());
  const environment = { ...shared, ...UNLIMITED, ...options.gateway };
  const first = await startGateway(environment);
  return new System({ environment, upstream, admin, first, dispose: () => database.drop() });
}

async function openDatabase(options: SystemOptions): Promise<{ url: string; drop(): Promise<void> }> {
  return options.databaseUrl === undefined
    ? cloneDatabase()
    : { url: options.databaseUrl, drop: async () => undefined };
}

function startAdmin(env: Record<string, string>): Promise<AdminProcess> {
  return onFreePorts(1, async ([port]) => {
    const all = { ADMIN_PORT: String(port), ADMIN_TOKEN: '', ...env };
    const program = startProgram('admin', { file: builtFile('apps/admin/main.js'), env: all });
    const client = new AdminClient(`http://127.0.0.1:${all.ADMIN_PORT}`, all.ADMIN_TOKEN);
    await waitUntilReady(program, client.baseUrl);
    return { program, client };
  });
}
