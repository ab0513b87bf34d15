import type { FakeUpstreamClient } from '../fake-upstream/start-fake-upstream.js';
import type { Program } from '../processes/start-program.js';
import type { AdminClient } from './admin-client.js';
import { auditBooks } from './audit-books.js';
import { checkLedger, type LedgerExpectations } from './check-ledger.js';
import { createWorld, type World, type WorldOptions } from './create-world.js';
import type { GatewayClient } from './gateway-client.js';
import { startGateway, type GatewayProcess } from './start-gateway.js';

/** What a request is told whose key, model or channel is not known yet. */
const NOT_YET = new Set([401, 404, 503]);
const IN_FORCE_TIMEOUT_MS = 20_000;

/** A running admin. */
export interface AdminProcess {
  program: Program;
  client: AdminClient;
}

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

  /**
   * Resolves when every change that the admin API has answered is in force on every gateway. Leaves an account, a key, a model and a
   * channel that cannot serve it: a request that hears so found all four, and is neither sent anywhere nor charged. Whom a
   * rule of the test refuses knows the key at least.
   */
  async settled(): Promise<void> {
    const account = await this.admin.createAccount();
    const { key } = await this.admin.createKey(account.id);
    const { name } = await this.admin.createModel({ capabilities: ['embeddings'], prices: { inputPerMillion: '0' } });
    const rest = { models: { [name]: name }, baseUrl: this.upstream.baseUrl };
    await this.admin.createChannel({ provider: 'anthropic', ...rest });
    const isInForce = async ({ client }: GatewayProcess) =>
      !NOT_YET.has((await client.post('/v1/embeddings', key, { model: name, input: 'in force?' })).status);
    for (const gateway of this.gateways.filter(({ program }) => program.isRunning)) {
      await gateway.program.waitUntil(() => isInForce(gateway), IN_FORCE_TIMEOUT_MS);
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
   * Drains and stops everything, then checks the books, by SQL of its own and by the product's audit, and throws where they do not agree.
   * `expected` adds what the test knows; `false` leaves the check out, for tests that lose their database. Processes that were killed
   * before stay so, and may have left holds.
   */
  async stop(expected: LedgerExpectations | false = {}): Promise<void> {
    const programs = this.gateways.map(({ program }) => program);
    await Promise.all(programs.map((program) => program.stop()));
    await Promise.all([this.parts.admin.program.stop(), this.parts.upstream.stop()]);
    const isAtRest = programs.every(({ exitCode }) => exitCode === 0);
    const problems =
      expected === false
        ? []
        : [
            ...(await checkLedger(this.databaseUrl, { isAtRest, ...expected })),
            ...(await auditBooks(this.databaseUrl)),
          ];
    await this.parts.dispose();
    if (problems.length > 0) throw new Error(`the books do not agree:\n${problems.join('\n')}`);
  }
}
