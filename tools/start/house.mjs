// @ts-check
import { PlainFailure } from '../bootstrap/plain-failure.mjs';
import { AdminClient } from './admin-client.mjs';
import { commandOf, waitUntilGone } from './alive.mjs';
import { DemoSetup } from './demo.mjs';
import { EmbeddedPostgres } from './embedded-postgres.mjs';
import { assertFree, chooseLoopbackPort, urlOf } from './ports.mjs';
import { Processes } from './processes.mjs';
import { looksMigrated } from './schema-state.mjs';
import { keepSecrets } from './secrets.mjs';
import { generateSecret, readListeners } from './settings.mjs';

const STATE = 'state.json';
const RUNNING = 'demo.json';
const EARLIER_RUN_TIMEOUT_MS = 90_000;
/** No balancer stands before this house that would have to turn away first. */
const DEFAULTS = { GATEWAY_DRAIN_DELAY_MS: '0' };

/** Everything `npm start` runs: Postgres, admin, gateway and the demo; what drains is stopped before what it drains into. */
export class House {
  /** @param {import('./data-folder.mjs').DataFolder} folder @param {NodeJS.ProcessEnv} env */
  constructor(folder, env) {
    this.folder = folder;
    this.env = env;
    this.processes = new Processes();
    /** @type {EmbeddedPostgres | undefined} */
    this.postgres = undefined;
  }

  /** Starts everything and writes `demo.json`. @param {{ wantsDemo: boolean }} options @returns {Promise<import('./announce.mjs').Running>} */
  async start({ wantsDemo }) {
    const listeners = await readListeners(this.env);
    await this.waitForEarlierRun();
    await assertFree(listeners);
    const { databaseUrl, secretsKey } = await this.openDatabase();
    const adminToken =
      this.env['ADMIN_TOKEN'] || this.folder.read(RUNNING)['adminToken'] || (await generateSecret('adm-'));
    const env = { ...DEFAULTS, ...this.env, DATABASE_URL: databaseUrl, SECRETS_KEY: secretsKey };
    const isMigrated = await looksMigrated(databaseUrl);
    const admin = this.startApp('admin', listeners, { ...env, ADMIN_TOKEN: adminToken });
    if (!isMigrated) await admin;
    const [adminUrl, gatewayUrl] = await Promise.all([admin, this.startApp('gateway', listeners, env)]);
    const running = { gatewayUrl, adminUrl, databaseUrl, adminToken };
    const demo = wantsDemo ? await this.bringUpDemo(running) : undefined;
    this.folder.write(RUNNING, { ...running, ...demo });
    return { ...running, ...demo };
  }

  /** Stops everything in order; nothing is left afterwards. */
  async stop() {
    await this.processes.stopAll();
    await this.postgres?.stop();
    await this.processes.dismissKeeper();
    this.folder.close();
  }

  /** Ends everything at once; Postgres recovers at the next start. */
  kill() {
    this.processes.killAll();
    this.postgres?.kill();
    this.folder.close();
  }

  /** A run that was killed leaves its keeper behind, which is still stopping the rest. */
  async waitForEarlierRun() {
    const state = this.folder.read(STATE);
    const keeper = Number(state['keeperPid']);
    if (keeper && commandOf(keeper)?.includes('keeper.sh')) {
      console.log('An earlier run is still stopping; waiting for it.');
      await waitUntilGone(keeper, EARLIER_RUN_TIMEOUT_MS);
    }
    this.folder.write(STATE, { ...state, keeperPid: this.processes.keeper.pid });
  }

  /** The user's database, or our own. */
  async openDatabase() {
    const given = this.env['DATABASE_URL'];
    if (given) return { databaseUrl: given, secretsKey: this.env['SECRETS_KEY'] ?? '' };
    const secrets = keepSecrets(this.folder, this.env['SECRETS_KEY'] || undefined);
    const postgres = new EmbeddedPostgres({ dataFolder: this.folder.path, password: secrets.POSTGRES_PASSWORD });
    this.postgres = postgres;
    await postgres.stopLeftover();
    await postgres.createIfMissing();
    const state = this.folder.read(STATE);
    const port = await chooseLoopbackPort(state['postgresPort']);
    this.folder.write(STATE, { ...state, postgresPort: port });
    const databaseUrl = await postgres.start(port, this.processes);
    return { databaseUrl, secretsKey: secrets.SECRETS_KEY };
  }

  /** @param {'admin' | 'gateway'} name @param {import('./ports.mjs').Listener[]} listeners @param {NodeJS.ProcessEnv} env */
  async startApp(name, listeners, env) {
    const listener = listeners.find((candidate) => candidate.name === name.toUpperCase());
    if (!listener) throw new PlainFailure(`${name.toUpperCase()}_PORT is missing.`);
    const url = urlOf(listener.host, listener.port);
    await this.processes.waitUntilReady(
      this.processes.start({ name, program: `apps/${name}/main.js`, env }),
      `${url}/health/ready`,
    );
    return url;
  }

  /** @param {{ gatewayUrl: string, adminUrl: string, databaseUrl: string, adminToken: string }} running */
  async bringUpDemo({ gatewayUrl, adminUrl, databaseUrl, adminToken }) {
    const { folder, processes } = this;
    const database = this.postgres ? 'embedded' : withoutPassword(databaseUrl);
    const setup = new DemoSetup({ folder, processes, database, admin: new AdminClient(adminUrl, adminToken) });
    const demo = await setup.bringUp();
    if (demo) await setup.waitUntilInForce(gatewayUrl, demo);
    return demo;
  }
}

/** @param {string} databaseUrl */
function withoutPassword(databaseUrl) {
  const { host, pathname } = new URL(databaseUrl);
  return host + pathname;
}
