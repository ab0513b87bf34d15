// @ts-check
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../bootstrap/bootstrap.mjs';
import { APPLICATION_NODE_ARGS } from '../bootstrap/node-args.mjs';
import { waitForHealth, waitForPort } from './programs.mjs';
import { MODELS, UPSTREAM_KEY } from './world.mjs';

const BARE = fileURLToPath(new URL('./bare.mjs', import.meta.url));
const SKIP_LEDGER = new URL('./skip-ledger.mjs', import.meta.url).href;
const GATEWAY = join(ROOT, 'dist', 'apps', 'gateway', 'main.js');
const CHAT_PATH = '/v1/chat/completions';
const MESSAGES_PATH = '/v1/messages';

/**
 * Something that is measured. Another gateway has no process that we know of.
 *
 * @typedef {{ name: string, host: string, port: number, path: string, headers: Record<string, string>[],
 *   models: { chat: string, stream: string, slow: string }, program?: import('./programs.mjs').Program, bodyOf?: (model: string, stream: boolean) => object }} Target
 */

const OURS = { chat: 'bench-chat', stream: 'bench-stream', slow: 'bench-slow' };

/**
 * @param {import('./programs.mjs').Programs} programs
 * @param {import('./house.mjs').House} house
 * @param {string[]} [nodeArgs]
 * @returns {Promise<Target>}
 */
export async function startBare(programs, house, nodeArgs = []) {
  const args = [house.upstreamOrigin, JSON.stringify(MODELS), UPSTREAM_KEY];
  const program = programs.start({ name: 'bare', file: BARE, args, nodeArgs: [...APPLICATION_NODE_ARGS, ...nodeArgs] });
  const headers = [{ authorization: 'Bearer nobody-looks' }];
  return { name: 'bare', ...LOOPBACK, port: await waitForPort(program), headers, models: OURS, program };
}

/**
 * @param {import('./programs.mjs').Programs} programs
 * @param {import('./house.mjs').House} house
 * @param {string[]} [nodeArgs]
 * @returns {Promise<Target>}
 */
export async function startGateway(programs, house, nodeArgs = []) {
  const { findFreePorts } = await import(`${ROOT}/dist/node_modules/@tokenbay/testing/index.js`);
  const [port, metricsPort] = await findFreePorts(2);
  const env = { ...house.gatewayEnv, GATEWAY_PORT: String(port), METRICS_PORT: String(metricsPort) };
  const program = programs.start({
    name: 'gateway',
    file: GATEWAY,
    env,
    nodeArgs: [...APPLICATION_NODE_ARGS, ...nodeArgs],
  });
  await waitForHealth(program, `http://127.0.0.1:${port}/health/ready`);
  const headers = house.keys.map((key) => ({ authorization: `Bearer ${key}` }));
  return { name: 'governed', ...LOOPBACK, port, headers, models: OURS, program };
}

/**
 * The governed gateway without its two database statements.
 *
 * @param {import('./programs.mjs').Programs} programs
 * @param {import('./house.mjs').House} house
 * @param {string[]} [nodeArgs]
 * @returns {Promise<Target>}
 */
export async function startUnbooked(programs, house, nodeArgs = []) {
  return { ...(await startGateway(programs, house, [...nodeArgs, '--import', SKIP_LEDGER])), name: 'unbooked' };
}

/** @param {NonNullable<import('./options.mjs').Options['other']>} other @returns {Target} */
export function describeOther({ url, headers, model }) {
  const { hostname, port, pathname } = new URL(url);
  const path = pathname === '/' ? CHAT_PATH : pathname;
  const models = { chat: model, stream: model, slow: model };
  return { name: 'other', host: hostname, port: Number(port || 80), path, headers: [headers], models };
}

const LOOPBACK = { host: '127.0.0.1', path: CHAT_PATH };

/** The same gateway, asked in another dialect than the channel speaks: every event goes through the canonical model. @param {Target} target @returns {Target} */
export function asConverted(target) {
  return { ...target, name: 'converted', path: MESSAGES_PATH, bodyOf: messagesBody };
}

/** A request of some ordinary length; a stream asks for usage, so that every target forwards the same events. @param {string} model @param {boolean} stream */
export function chatBody(model, stream) {
  const messages = [
    {
      role: 'system',
      content: 'You are a harbour pilot. Answer in one short paragraph, in plain words, and never guess.',
    },
    {
      role: 'user',
      content: 'Which of the two channels is deep enough for a ship of twelve metres draught at low tide, and why?',
    },
  ];
  const options = stream ? { stream: true, stream_options: { include_usage: true } } : {};
  return { model, messages, max_tokens: 500, temperature: 0.2, ...options };
}

/** The same request in Anthropic's dialect. @param {string} model @param {boolean} stream */
function messagesBody(model, stream) {
  const { messages, max_tokens, temperature } = chatBody(model, false);
  const [system, ...rest] = messages;
  return { model, system: system?.content, messages: rest, max_tokens, temperature, stream };
}

/** How many events one stream of the target has. @param {Target} target @returns {Promise<number>} */
export async function countEvents(target) {
  const response = await fetch(`http://${target.host}:${target.port}${target.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...target.headers[0] },
    body: JSON.stringify((target.bodyOf ?? chatBody)(target.models.stream, true)),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${target.name} answered ${response.status}: ${text.slice(0, 500)}`);
  return text.split('\n').filter((line) => line.startsWith('data:')).length;
}
