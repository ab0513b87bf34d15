import { randomBytes } from 'node:crypto';
import { generateSecret } from '@tokenbay/platform/testing';
import { startFakeUpstream, type FakeUpstreamClient } from '../fake-upstream/start-fake-upstream.js';
import { cloneDatabase } from '../postgres/clone-database.js';
import { findFreePort, findFreePorts } from '../processes/free-port.js';
import { startProgram, type Program } from '../processes/start-program.js';
import { builtFile } from '../processes/workspace.js';
import { AdminClient } from './admin-client.js';
import { checkLedger, type LedgerExpectations } from './check-ledger.js';
import { createWorld, type World, type WorldOptions } from './create-world.js';
import { GatewayClient } from './gateway-client.js';

/** Environment variables added to those of a process; `databaseUrl` is used instead of a cloned database. */
export interface SystemOptions {
  gateway?: Record<string, string>;
  admin?: Record<string, string>;
  databaseUrl?: string;
}

const READY_TIMEOUT_MS = 30_000;
const IN_FORCE_TIMEOUT_MS = 5_000;
/** What a busy test machine would trip over; tests of these limits set them. */
const UNLIMITED = {
  OVERLOAD_CPU_PERCENT: '0',
  OVERLOAD_MEMORY_PERCENT: '0',
  OVERLOAD_DISK_PERCENT: '0',
  REQUESTS_PER_MINUTE_PER_IP: '0',
};

/** The whole product, running: admin, gateway, fake upstream, each in its own process, on a database of its own. */
export class System {
  readonly admin: AdminClient;
  private readonly gateways: GatewayProcess[];

  constructor(
    private readonly parts: {
      environment: Record<string, string>;
      upstream: FakeUpstreamClient;
      admin: AdminProcess;
      first: GatewayProcess;
      dispose: () => Promise<void>;
    },
  ) {
    this.admin = parts.admin.client;
    this.gateways = [parts.first];
  }

  get gateway(): GatewayClient {
    return this.parts.first.client;
  }

  get gatewayUrl(): string {
    return this.parts.first.client.baseUrl;
  }

  /** The gateway's own process, for signals. */
  get gatewayProcess(): Program {
    return this.parts.first.program;
  }

  /** Where the gateway's Prometheus metrics are read. */
  get metricsUrl(): string {
    return this.parts.first.metricsUrl;
  }

  get adminUrl(): string {
    return this.admin.baseUrl;
  }

  get adminProcess(): Program {
    return this.parts.admin.program;
  }

  get upstream(): FakeUpstreamClient {
    return this.parts.upstream;
  }

  get databaseUrl(): string {
    return this.parts.environment['DATABASE_URL'] ?? '';
  }

  /** An account with points, a key, a model and a channel to the fake upstream, in force on every gateway. */
  async world(options: WorldOptions = {}): Promise<World> {
    const world = await createWorld(this.admin, this.upstream.baseUrl, options);
    await this.settled();
    return world;
  }

  /** Resolves when every change that the admin API has answered is in force on every gateway. Leaves an account, a key and a model. */
  async settled(): Promise<void> {
    const account = await this.admin.createAccount();
    const { key } = await this.admin.createKey(account.id);
    const { name } = await this.admin.createModel();
    const isKnown = async ({ client }: GatewayProcess) =>
      (await client.request(`/v1/models/${name}`, key)).status !== 404;
    for (const gateway of this.gateways.filter(({ program }) => program.isRunning)) {
      await gateway.program.waitUntil(() => isKnown(gateway), IN_FORCE_TIMEOUT_MS);
    }
  }

  /** One more gateway on the same database; stops with the system. */
  async addGateway(env: Record<string, string> = {}): Promise<GatewayProcess> {
    const gateway = await startGateway({ ...this.parts.environment, ...env });
    this.gateways.push(gateway);
    return gateway;
  }

  /** What all processes wrote, for a look when a test fails. */
  logs(): string {
    const programs = [this.parts.admin.program, ...this.gateways.map(({ program }) => program)];
    return programs.map(({ name, output }) => `── ${name}\n${output}`).join('\n');
  }

  /**
   * Drains and stops everything, then checks the books and throws where they do not agree. `expected` adds what the test knows; `false`
   * leaves the check out, for tests that lose their database. Processes that were killed before stay so, and may have left holds.
   */
  async stop(expected: LedgerExpectations | false = {}): Promise<void> {
    const programs = this.gateways.map(({ program }) => program);
    await Promise.all(programs.map((program) => program.stop()));
    await Promise.all([this.parts.admin.program.stop(), this.parts.upstream.stop()]);
    const isAtRest = programs.every(({ exitCode }) => exitCode === 0);
    const problems = expected === false ? [] : await checkLedger(this.databaseUrl, { isAtRest, ...expected });
    await this.parts.dispose();
    if (problems.length > 0) throw new Error(`the books do not agree:\n${problems.join('\n')}`);
  }
}

interface AdminProcess {
  program: Program;
  client: AdminClient;
}

/** A running gateway. */
export interface GatewayProcess {
  program: Program;
  client: GatewayClient;
  metricsUrl: string;
}

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
  const upstream = await startFakeUpstream();
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

async function startAdmin(env: Record<string, string>): Promise<AdminProcess> {
  const port = env['ADMIN_PORT'] ?? String(await findFreePort());
  const program = startProgram('admin', { file: builtFile('apps/admin/main.js'), env: { ...env, ADMIN_PORT: port } });
  const client = new AdminClient(`http://127.0.0.1:${port}`, env['ADMIN_TOKEN'] ?? '');
  await waitUntilReady(program, client.baseUrl);
  return { program, client };
}

async function startGateway(env: Record<string, string>): Promise<GatewayProcess> {
  const [port, metricsPort] = await findFreePorts(2);
  const ports = { GATEWAY_PORT: String(port), METRICS_PORT: String(metricsPort) };
  const program = startProgram('gateway', { file: builtFile('apps/gateway/main.js'), env: { ...ports, ...env } });
  const client = new GatewayClient(`http://127.0.0.1:${env['GATEWAY_PORT'] ?? port}`);
  await waitUntilReady(program, client.baseUrl);
  return { program, client, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics` };
}

async function waitUntilReady(program: Program, url: string): Promise<void> {
  const isReady = () =>
    fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );
  await program.waitUntil(isReady, READY_TIMEOUT_MS).catch(async (error: unknown) => {
    await program.kill();
    throw error;
  });
}
