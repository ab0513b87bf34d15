// @ts-check
import { randomBytes } from 'node:crypto';
import { MULTIPLIER } from '../world.mjs';

/**
 * Who makes videos. `secret` signs the account's webhooks, `hook` is the path they come to.
 *
 * @typedef {{ name: string, secret: string, id: string, accountId: string, weight: number }} VideoKey
 * @typedef {{ accountId: string, hook: string, secret: string }} ToldAccount
 * @typedef {{ keys: VideoKey[], accounts: ToldAccount[], credits: Map<string, bigint> }} VideosWorld
 */

export const VIDEO_MODEL = 'chaos-video';
/** Leaves fractions of a micropoint, for every length, so that rounding is tried with every charge. */
export const PER_SECOND = '0.137257';
export const VIDEO_KEY = 'sk-upstream-canary-video';
const GROUP = 'chaos-videos';
const RICH = '100000';
/** Pays for some ten videos at once: those that fail make room for others. */
const SCARCE = '8';
/** A call of the provider takes no longer: who died in one is known to have died a minute after that. */
const LIMITS = { connectTimeoutMs: 1_000, firstByteTimeoutMs: 4_000, totalTimeoutMs: 4_000 };

/**
 * Sets up a model of videos, its provider, and two accounts that are told of theirs: one rich, with a key that has budgets and one that has
 * none, and one that is soon at its end.
 *
 * @param {any} admin
 * @param {string} outsideUrl
 * @returns {Promise<VideosWorld>}
 */
export async function createVideosWorld(admin, outsideUrl) {
  await admin.createGroup({ name: GROUP, priceMultiplier: MULTIPLIER, models: [VIDEO_MODEL] });
  await admin.createModel({ name: VIDEO_MODEL, capabilities: ['video'], prices: { perSecond: PER_SECOND } });
  await admin.createChannel({
    ...{ baseUrl: outsideUrl, groups: [GROUP], keys: [{ value: VIDEO_KEY, weight: 1 }], ...LIMITS },
    models: { [VIDEO_MODEL]: 'sora-2' },
  });
  const rich = await openAccount(admin, outsideUrl, RICH);
  const scarce = await openAccount(admin, outsideUrl, SCARCE);
  /** @type {[ToldAccount, string, number, object][]} */
  const wanted = [
    [rich, 'free', 4, {}],
    [rich, 'budgeted', 3, { pointQuota: '50000', pointLimits: [{ period: 'hour', points: '40000' }] }],
    [scarce, 'scarce', 2, {}],
  ];
  const keys = [];
  for (const [{ accountId }, name, weight, limits] of wanted) {
    const { id, key } = await admin.createKey(accountId, { name: `chaos-video-${name}`, ...limits });
    keys.push({ name, secret: key, id, accountId, weight });
  }
  const micropoints = (/** @type {string} */ points) => BigInt(points) * 1_000_000n;
  const credits = new Map([
    [rich.accountId, micropoints(RICH)],
    [scarce.accountId, micropoints(SCARCE)],
  ]);
  return { keys, accounts: [rich, scarce], credits };
}

/** @param {any} admin @param {string} outsideUrl @param {string} points @returns {Promise<ToldAccount>} */
async function openAccount(admin, outsideUrl, points) {
  const hook = `/hooks/${randomBytes(6).toString('hex')}`;
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const webhook = { webhookUrl: outsideUrl + hook, webhookSecret: secret };
  const { id } = await admin.createAccount({ group: GROUP, ...webhook }, points);
  return { accountId: id, hook, secret };
}
