// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/**
 * A fault as it happened. `endedAtMs` is when its cause was gone (the new process ready to be asked, Postgres accepting connections, the
 * process awake), `recoveredMs` how long after that every gateway concerned had answered a request. `slots`: the gateways it struck;
 * `isDatabase`: it struck all of them.
 *
 * @typedef {{ number: number, kind: import('./plan.mjs').Kind, slots: number[], isDatabase: boolean, startedAtMs: number, endedAtMs: number,
 *   recoveredMs: number }} Fault
 */

const STOP_LEASES = /** @type {Record<string, number>} */ ({ 'stop-half': 0.5, 'stop-over': 1.5, 'stop-long': 5 });
const AWAY_LEASES = 3;
const UNHEARD_MS = 1_500;
const AWAY_MS = /** @type {const} */ ([1_000, 7_000]);
const CUTTING_MS = 2_000;
const CUT_PAUSE_MS = 30;
const LOST_PERCENT = 25;
const POLL_MS = 20;
const END_SESSIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE application_name LIKE 'tokenbay-gateway%' AND datname = current_database()`;

/** Brings faults about, one after the other; a gateway that is stopped stays so while others happen. */
export class Faults {
  /** @param {import('./house.mjs').House} house @param {import('./probe.mjs').Probe} probe @param {(fault: Fault) => void} onFault */
  constructor(house, probe, onFault) {
    this.house = house;
    this.probe = probe;
    this.onFault = onFault;
    /** @type {Fault[]} */
    this.happened = [];
    /** @type {Promise<void>[]} */
    this.inBackground = [];
    this.count = 0;
    /** @type {(() => void) | undefined} */
    this.thaw = undefined;
  }

  /** @param {import('./plan.mjs').PlannedFault} planned */
  async happen({ kind, pauseMs, slot: preferred, share }) {
    await sleep(pauseMs);
    const number = (this.count += 1);
    if (kind in STOP_LEASES) {
      const slot = await this.freeSlot(preferred, 2);
      slot.isBusy = true;
      this.inBackground.push(this.note({ number, kind, slots: [slot] }, () => this.stopGateway(slot, kind)));
    } else if (kind === 'kill') {
      const slot = await this.freeSlot(preferred, 1);
      await this.note({ number, kind, slots: [slot] }, () => this.replace(slot, () => this.house.fleet.kill(slot)));
    } else if (kind === 'kill-unheard') {
      const slot = await this.freeSlot(preferred, 1);
      await this.note({ number, kind, slots: [slot], isDatabase: true }, () =>
        this.replace(slot, () => this.freeze(UNHEARD_MS, () => this.house.fleet.kill(slot))),
      );
    } else if (kind === 'rolling') {
      const slots = this.house.fleet.free;
      await this.note({ number, kind, slots }, async () => {
        for (const slot of slots) await this.replace(slot, () => this.house.fleet.stop(slot));
      });
    } else if (kind === 'redis-gone' || kind === 'redis-frozen') {
      await this.note({ number, kind }, () => this.strikeRedis(kind, awayMs(share)));
    } else await this.note({ number, kind, isDatabase: true }, () => this.strikeDatabase(kind, share));
  }

  /** Resolves when nothing is stopped any more. */
  async over() {
    await Promise.all(this.inBackground);
  }

  /** Measures a fault from its beginning to the first answer after it. @param {{ number: number, kind: Fault['kind'], slots?: import('./fleet.mjs').Slot[], isDatabase?: boolean }} what @param {() => Promise<void>} strike */
  async note({ number, kind, slots, isDatabase = false }, strike) {
    const struck = { number, kind, isDatabase, slots: slots?.map(({ index }) => index) ?? [] };
    /** @type {Fault} */
    const fault = { ...struck, startedAtMs: Date.now(), endedAtMs: Infinity, recoveredMs: Infinity };
    this.happened.push(fault);
    await strike();
    fault.endedAtMs = Date.now();
    const concerned = isDatabase ? this.house.fleet.free : (slots ?? []);
    await Promise.all(concerned.map((slot) => this.probe.untilServed(slot)));
    // Whoever comes back while Postgres is away waits for that too: the wait is then that fault's.
    const others = this.happened.filter((other) => other !== fault && other.isDatabase && other.endedAtMs !== Infinity);
    fault.recoveredMs = Date.now() - Math.max(fault.endedAtMs, ...others.map(({ endedAtMs }) => endedAtMs));
    for (const slot of slots ?? []) slot.isBusy = false;
    this.onFault(fault);
  }

  /** @param {import('./fleet.mjs').Slot} slot @param {string} kind */
  async stopGateway(slot, kind) {
    const { program } = slot.gateway;
    program.signal('SIGSTOP');
    await sleep((STOP_LEASES[kind] ?? 0) * this.house.leaseMs);
    program.signal('SIGCONT');
  }

  /** @param {import('./fleet.mjs').Slot} slot @param {() => Promise<void>} end */
  async replace(slot, end) {
    slot.isBusy = true;
    await end();
    await this.house.fleet.start(slot);
    slot.isBusy = false;
  }

  /** The gateway that is wanted or, where a fault has it, the next; waits until so many are free. @param {number} preferred @param {number} freeMin */
  async freeSlot(preferred, freeMin) {
    const { fleet } = this.house;
    while (fleet.free.length < freeMin) await sleep(POLL_MS);
    const { slots } = fleet;
    const inOrder = [...slots.slice(preferred), ...slots.slice(0, preferred)];
    return /** @type {import('./fleet.mjs').Slot} */ (inOrder.find(({ isBusy }) => !isBusy));
  }

  /** @param {Fault['kind']} kind @param {number} share */
  async strikeDatabase(kind, share) {
    const { postgres, proxy, leaseMs } = this.house;
    if (kind === 'sessions-ended') return this.endSessions();
    if (kind === 'postgres-frozen') return this.freeze(awayMs(share));
    if (kind === 'answers-lost') {
      proxy.lostPercent = LOST_PERCENT;
      await sleep(CUTTING_MS);
      proxy.lostPercent = 0;
      return;
    }
    const isFast = kind === 'postgres-restart' || (kind === 'postgres-away' && share < 0.5);
    await postgres.halt(isFast ? 'fast' : 'immediate');
    if (kind === 'postgres-away') await sleep(AWAY_LEASES * leaseMs);
    await postgres.start();
  }

  /** @param {Fault['kind']} kind @param {number} durationMs */
  async strikeRedis(kind, durationMs) {
    const { redis } = this.house;
    if (kind === 'redis-gone') await redis.kill();
    else redis.pause();
    await sleep(durationMs);
    if (kind === 'redis-gone') await redis.start();
    else redis.resume();
  }

  async endSessions() {
    const client = await this.connect();
    const untilMs = performance.now() + CUTTING_MS;
    while (performance.now() < untilMs) {
      await client.query(END_SESSIONS);
      await sleep(CUT_PAUSE_MS);
    }
    await client.end();
  }

  /** Stops every process of the server mid-breath: connections stand, nothing answers. In the middle of it, something may be done. @param {number} durationMs @param {() => Promise<void>} [meanwhile] */
  async freeze(durationMs, meanwhile) {
    const client = await this.connect();
    const { rows } = await client.query('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    await client.end();
    const pids = [this.house.postgres.pid, ...rows.map(({ pid }) => pid)];
    const signal = (/** @type {NodeJS.Signals} */ name) => pids.forEach((pid) => signalIfThere(pid, name));
    signal('SIGSTOP');
    this.thaw = () => signal('SIGCONT');
    await sleep(durationMs / 2);
    await meanwhile?.();
    await sleep(durationMs / 2);
    this.thaw();
    this.thaw = undefined;
  }

  async connect() {
    const client = new pg.Client({ connectionString: this.house.directUrl, application_name: 'chaos-faults' });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }
}

/** @param {number} share */
function awayMs(share) {
  return AWAY_MS[0] + share * (AWAY_MS[1] - AWAY_MS[0]);
}

/** @param {number} pid @param {NodeJS.Signals} name */
function signalIfThere(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH') throw error;
  }
}
