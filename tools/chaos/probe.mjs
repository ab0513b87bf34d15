// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, newAgent } from './ask.mjs';

const MODEL = 'chaos-plain';
const PAUSE_MS = 40;
const TIMEOUT_MS = 20_000;
const GIVEN_UP_MS = 60_000;

/** Asks a gateway until it serves again; its requests are charged and logged like any client's. */
export class Probe {
  /** @param {import('./client-log.mjs').ClientLog} log @param {import('./world.mjs').Key} key */
  constructor(log, key) {
    this.log = log;
    this.key = key;
  }

  /** Resolves when the gateway has answered a request whole that was sent from now on; after a minute it is given up. @param {import('./fleet.mjs').Slot} slot */
  async untilServed(slot) {
    const untilMs = performance.now() + GIVEN_UP_MS;
    while (performance.now() < untilMs) {
      if ((await this.askOnce(slot)) === 'complete') return;
      await sleep(PAUSE_MS);
    }
  }

  /** @param {import('./fleet.mjs').Slot} slot */
  async askOnce({ index, gateway }) {
    const { id, accountId, secret } = this.key;
    const agent = newAgent();
    const mark = this.log.noteSent({ keyId: id, accountId, model: MODEL, slot: index, isStream: false });
    const body = { model: MODEL, user: mark, max_tokens: 200, messages: [{ role: 'user', content: 'Are you there?' }] };
    const { content, ...ending } = await ask({
      ...{ url: gateway.client.baseUrl, agent, secret, body, timeoutMs: TIMEOUT_MS },
    });
    agent.destroy();
    this.log.noteEnded({ mark, ...ending, isForeign: false });
    return ending.end;
  }
}
