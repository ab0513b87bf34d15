// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { PlainFailure } from '../bootstrap/plain-failure.mjs';
import { chooseLoopbackPort } from './ports.mjs';

const MODEL = 'demo-chat';
const CHANNEL = 'demo-upstream';
const ACCOUNT = 'demo';
const UPSTREAM_KEY = 'demo-upstream-key';
const POINTS = '1000';
const PRICES = { inputPerMillion: '10', outputPerMillion: '40' };
const STATE = 'state.json';
const IN_FORCE_TIMEOUT_MS = 10_000;
const IN_FORCE_POLL_MS = 50;

/** @typedef {{ demoKey: string, demoModel: string }} Demo */

/**
 * The demo: an upstream on loopback that answers without internet, and through the admin API a model, a channel, an account with points and
 * a key for it. Seeded once, on a database without accounts; brought back at every later start.
 */
export class DemoSetup {
  /**
   * @param {{ folder: import('./data-folder.mjs').DataFolder, admin: import('./admin-client.mjs').AdminClient,
   *   processes: import('./processes.mjs').Processes, database: string }} parts `database` names it: a demo belongs to one database
   */
  constructor({ folder, admin, processes, database }) {
    this.folder = folder;
    this.admin = admin;
    this.processes = processes;
    this.database = database;
  }

  /** Brings the demo to life; undefined where the database belongs to somebody else. @returns {Promise<Demo | undefined>} */
  async bringUp() {
    const isEmpty = (await this.admin.call('GET', '/accounts?limit=1')).data.length === 0;
    const known = this.remembered();
    if (!isEmpty && !known) return undefined;
    const port = await this.startUpstream(known?.upstreamPort);
    if (known?.upstreamPort) await this.moveChannel(known.upstreamPort, port);
    if (isEmpty || !known?.key) return this.seed(port);
    this.remember({ ...known, upstreamPort: port });
    return { demoKey: known.key, demoModel: MODEL };
  }

  /** Resolves when the gateway serves the demo's model to its key. @param {string} gatewayUrl @param {Demo} demo */
  async waitUntilInForce(gatewayUrl, { demoKey }) {
    const deadline = Date.now() + IN_FORCE_TIMEOUT_MS;
    const headers = { authorization: `Bearer ${demoKey}` };
    while ((await fetch(`${gatewayUrl}/v1/models/${MODEL}`, { headers })).status !== 200) {
      if (Date.now() > deadline)
        throw new PlainFailure(`The gateway does not serve the demo after ${IN_FORCE_TIMEOUT_MS / 1000} s.`);
      await sleep(IN_FORCE_POLL_MS);
    }
  }

  /** @param {number} port @returns {Promise<Demo>} */
  async seed(port) {
    this.remember({ upstreamPort: port });
    const model = { name: MODEL, displayName: 'Demo Chat', capabilities: ['text'], prices: PRICES };
    const limits = { contextTokensMax: 128_000, outputTokensMax: 4_096 };
    await this.admin.findOrCreate('/models', { ...model, ...limits }, (row) => row.name === MODEL);
    const channel = { name: CHANNEL, provider: 'openai-compatible', models: { [MODEL]: MODEL } };
    await this.admin.findOrCreate('/channels', { ...channel, ...upstreamAt(port) }, (row) => row.name === CHANNEL);
    const account = { name: ACCOUNT, externalId: ACCOUNT };
    const { id } = await this.admin.findOrCreate('/accounts', account, (row) => row.externalId === ACCOUNT);
    const credit = { amount: POINTS, reason: 'points of the demo', idempotencyKey: 'demo-points' };
    await this.admin.call('POST', `/accounts/${id}/points`, credit);
    const { key } = await this.admin.call('POST', '/api-keys', { accountId: id, name: 'demo' });
    this.remember({ upstreamPort: port, key });
    return { demoKey: key, demoModel: MODEL };
  }

  /** @param {number | undefined} wanted */
  async startUpstream(wanted) {
    const port = await chooseLoopbackPort(wanted);
    const entry = this.processes.start({
      name: 'demo upstream',
      program: 'node_modules/@tokenbay/testing/fake-upstream/main.js',
      env: { PATH: process.env['PATH'], PORT: String(port) },
      readsOutput: true,
    });
    const line = await this.processes.readFirstLine(entry);
    return Number(JSON.parse(line).port);
  }

  /**
   * Follows the upstream to another port; a channel that was given another address meanwhile is left alone. A channel that moves wants its
   * keys anew: that is the API's rule.
   *
   * @param {number} from
   * @param {number} to
   */
  async moveChannel(from, to) {
    if (from === to) return;
    const { data } = await this.admin.call('GET', '/channels?limit=200');
    const old = upstreamAt(from).baseUrl;
    const channel = data.find((/** @type {any} */ row) => row.name === CHANNEL && row.baseUrl === old);
    if (channel) await this.admin.call('PATCH', `/channels/${channel.id}`, upstreamAt(to));
  }

  /** @returns {{ database: string, upstreamPort?: number, key?: string } | undefined} */
  remembered() {
    const { demo } = this.folder.read(STATE);
    return demo?.database === this.database ? demo : undefined;
  }

  /** @param {{ upstreamPort: number, key?: string | undefined }} demo */
  remember(demo) {
    this.folder.write(STATE, { ...this.folder.read(STATE), demo: { ...demo, database: this.database } });
  }
}

/** @param {number} port */
function upstreamAt(port) {
  return { baseUrl: `http://127.0.0.1:${port}/v1`, keys: [{ value: UPSTREAM_KEY, weight: 1 }] };
}
