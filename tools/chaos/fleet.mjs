// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A place for a gateway: its ports stay, the process in it changes. `isBusy` while a fault has it.
 *
 * @typedef {{ index: number, gateway: any, isBusy: boolean }} Slot
 */

const UNHANDLED = /unhandled|uncaught|unexpected error/i;
/** A gateway drains for a minute at most, and closes for ten seconds. */
const STOP_TIMEOUT_MS = 75_000;
const POLL_MS = 20;

/** The gateways of a run, each in its own process and on its own port, and everything about their lives that should not be. */
export class Fleet {
  /** @param {any} system */
  constructor(system) {
    this.system = system;
    /** @type {Slot[]} */
    this.slots = [];
    /** @type {string[]} */
    this.problems = [];
    /** @type {any[]} every gateway process there ever was */
    this.all = [];
  }

  /** Brings the fleet to its size; the system's own gateway is the first. @param {number} size */
  async fill(size) {
    const { gateway, gatewayProcess, metricsUrl } = this.system;
    this.take(0, { program: gatewayProcess, client: gateway, metricsUrl });
    for (let index = 1; index < size; index += 1) this.take(index, await this.system.addGateway());
  }

  get urls() {
    return this.slots.map(({ gateway }) => gateway.client.baseUrl);
  }

  get free() {
    return this.slots.filter(({ isBusy }) => !isBusy);
  }

  /** Kill -9. @param {Slot} slot */
  async kill({ index, gateway }) {
    if (!gateway.program.isRunning) this.noteDeath(index, gateway);
    await gateway.program.kill();
  }

  /** SIGTERM; a gateway must end by itself, and well. @param {Slot} slot */
  async stop({ index, gateway }) {
    if (!gateway.program.isRunning) return this.noteDeath(index, gateway);
    const { program } = gateway;
    const untilMs = performance.now() + STOP_TIMEOUT_MS;
    program.signal('SIGTERM');
    while (program.isRunning && performance.now() < untilMs) await sleep(POLL_MS);
    if (program.isRunning) this.problems.push(`gateway ${index} did not stop within ${STOP_TIMEOUT_MS} ms`);
    else if (program.exitCode !== 0) this.problems.push(`gateway ${index} stopped with code ${program.exitCode}`);
    await program.kill();
  }

  /** A new process on the slot's ports; resolves when it says that it is ready. A machine that is very busy gets a second try. @param {Slot} slot */
  async start({ index, gateway }) {
    const port = (/** @type {string} */ url) => new URL(url).port;
    const env = { GATEWAY_PORT: port(gateway.client.baseUrl), METRICS_PORT: port(gateway.metricsUrl) };
    this.take(index, await this.system.addGateway(env).catch(() => this.system.addGateway(env)));
  }

  /** What may not be at the end of a run, while all gateways should be alive. */
  inspect() {
    for (const { index, gateway } of this.slots) if (!gateway.program.isRunning) this.noteDeath(index, gateway);
    for (const { program } of this.all) {
      const line = program.output.split('\n').find((/** @type {string} */ text) => UNHANDLED.test(text));
      if (line) this.problems.push(`a gateway wrote: ${line.slice(0, 300)}`);
    }
    return this.problems;
  }

  /** @param {number} index @param {any} gateway */
  take(index, gateway) {
    this.all.push(gateway);
    const slot = this.slots[index];
    if (slot) slot.gateway = gateway;
    else this.slots.push({ index, gateway, isBusy: false });
  }

  /** @param {number} index @param {any} gateway */
  noteDeath(index, { program }) {
    this.problems.push(`gateway ${index} ended by itself with code ${program.exitCode}: ${program.output.slice(-600)}`);
  }
}
