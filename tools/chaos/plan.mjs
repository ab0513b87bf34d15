// @ts-check

/**
 * A fault of the plan: the pause before it, which gateway it prefers, and a share from 0 to 1 of whatever varies within its kind.
 *
 * @typedef {'kill' | 'kill-unheard' | 'stop-half' | 'stop-over' | 'stop-long' | 'rolling' | 'postgres-restart' | 'postgres-crash' | 'postgres-frozen'
 *   | 'postgres-away' | 'sessions-ended' | 'answers-lost' | 'redis-gone' | 'redis-frozen'} Kind
 * @typedef {{ kind: Kind, pauseMs: number, slot: number, share: number }} PlannedFault
 */

/** What each kind does, and how often it is drawn once every kind has come. */
export const KINDS = /** @type {const} */ ([
  { kind: 'kill', weight: 6, does: 'kill -9 of a gateway, a new one at once' },
  {
    kind: 'kill-unheard',
    weight: 2,
    does: 'kill -9 of a gateway while Postgres is frozen: what it has told and not booked is lost',
  },
  { kind: 'stop-half', weight: 3, does: 'SIGSTOP of a gateway for half a lease' },
  { kind: 'stop-over', weight: 2, does: 'SIGSTOP of a gateway for one and a half leases' },
  { kind: 'stop-long', weight: 0.3, does: 'SIGSTOP of a gateway for five leases' },
  { kind: 'rolling', weight: 1, does: 'SIGTERM of each gateway in turn, a new one each time' },
  { kind: 'postgres-restart', weight: 2, does: 'fast shutdown of Postgres, and start' },
  { kind: 'postgres-crash', weight: 3, does: 'immediate stop of Postgres, and start' },
  { kind: 'postgres-frozen', weight: 2, does: 'SIGSTOP of all of Postgres for 1 to 7 seconds' },
  { kind: 'postgres-away', weight: 0.2, does: 'Postgres stopped for three leases' },
  { kind: 'sessions-ended', weight: 2, does: 'every session of the gateways ended, over and over, for 2 s' },
  {
    kind: 'answers-lost',
    weight: 3,
    does: 'for 2 s, one answer of Postgres in four lost after its statement was done',
  },
  { kind: 'redis-gone', weight: 2, does: 'kill -9 of Redis, an empty one after 1 to 7 seconds' },
  { kind: 'redis-frozen', weight: 2, does: 'SIGSTOP of Redis for 1 to 7 seconds' },
]);
/** Those that need a Redis. @type {ReadonlySet<Kind>} */
const OF_REDIS = new Set(['redis-gone', 'redis-frozen']);

/** What `npm test` has time for. @type {readonly Kind[]} */
const SHORT = ['kill-unheard', 'stop-half', 'answers-lost', 'redis-gone', 'postgres-crash', 'sessions-ended'];
const PAUSE_MS = /** @type {const} */ ([300, 5_000]);
const SHORT_PAUSE_MS = /** @type {const} */ ([100, 600]);

/** How many faults the short form has. @param {{ hasRedis: boolean }} machine */
export function countShort({ hasRedis }) {
  return SHORT.filter((kind) => hasRedis || !OF_REDIS.has(kind)).length;
}

/**
 * Faults without end, the same for the same seed: first every kind once, then as they come.
 *
 * @param {import('./random.mjs').Random} random
 * @param {{ gateways: number, isShort: boolean, hasRedis: boolean }} options
 * @returns {Generator<PlannedFault, never>}
 */
export function* planFaults(random, { gateways, isShort, hasRedis }) {
  const [pauseMin, pauseMax] = isShort ? SHORT_PAUSE_MS : PAUSE_MS;
  const fault = (/** @type {Kind} */ kind) => ({
    kind,
    pauseMs: random.integer(pauseMin, pauseMax),
    slot: random.integer(0, gateways - 1),
    share: random.next(),
  });
  const kinds = KINDS.filter(({ kind }) => hasRedis || !OF_REDIS.has(kind));
  const short = SHORT.filter((kind) => hasRedis || !OF_REDIS.has(kind));
  for (const kind of isShort ? short : random.shuffle(kinds.map(({ kind: name }) => name))) yield fault(kind);
  for (;;) yield fault(random.pickWeighted(kinds).kind);
}
