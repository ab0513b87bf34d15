// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { SCARCE_CREDIT, SCARCE_CREDIT_MICROPOINTS } from './world.mjs';

const PAUSE_MS = 2_500;
const AGAIN_MS = 200;
const ANSWER_TIMEOUT_MS = 5_000;

/** Keeps one account nearly empty: gives it a few requests' worth now and then. A credit is repeated, under its key, until it is known. */
export class TopUps {
  /** @param {any} admin @param {import('./world.mjs').World} world */
  constructor(admin, { scarceAccountId, credits }) {
    this.admin = admin;
    this.accountId = scarceAccountId;
    this.credits = credits;
    this.isOver = false;
    this.count = 0;
    this.running = this.run();
  }

  /** Resolves when the last credit is known. */
  async stop() {
    this.isOver = true;
    await this.running;
  }

  async run() {
    while (!this.isOver) {
      await sleep(PAUSE_MS);
      await this.credit();
    }
  }

  async credit() {
    const idempotencyKey = `top-up-${(this.count += 1)}`;
    const body = { amount: SCARCE_CREDIT, reason: 'top-up', idempotencyKey };
    for (;;) {
      const answer = this.admin.request('POST', `/accounts/${this.accountId}/points`, body).catch(() => undefined);
      const status = (await Promise.race([answer, sleep(ANSWER_TIMEOUT_MS, undefined)]))?.status ?? 0;
      if (status === 201) break;
      if (status >= 400 && status < 500) throw new Error(`a credit was refused with ${status}`);
      await sleep(AGAIN_MS);
    }
    this.credits.set(this.accountId, (this.credits.get(this.accountId) ?? 0n) + SCARCE_CREDIT_MICROPOINTS);
  }
}
