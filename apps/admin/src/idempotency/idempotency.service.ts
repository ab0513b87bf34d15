import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { Clock, describeError, LOGGER, type Logger, SecretBox } from '@tokenbay/platform';
import { type IdempotencyRecord, IdempotencyRepository, type RecordKey } from './idempotency.repository.js';

/** The answer of a request, as it was first given. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: unknown;
}

const TWIN_WAIT_MS = 10_000;
const TWIN_POLL_INTERVAL_MS = 50;
/** A request still without answer after this long has died with its process. */
const ABANDONED_SECONDS = 120;

/** Lets a repeated POST have the answer of the first, without doing its work again. Answers are sealed: some hold a secret shown once. */
@Injectable()
export class IdempotencyService {
  constructor(
    private readonly records: IdempotencyRepository,
    private readonly box: SecretBox,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Takes the key: answers a claim to do the work under, or the answer kept. A concurrent twin waits for the first. Throws `conflict` where
   * the key belongs to another request, or where its first request has not answered.
   */
  async begin(key: RecordKey, requestHash: Buffer): Promise<{ claim: string } | { answer: KeptAnswer }> {
    const deadlineMs = this.clock.nowMs() + TWIN_WAIT_MS;
    for (;;) {
      const claim = await this.records.claim(key, requestHash);
      if (claim !== null) return { claim };
      const record = await this.records.find(key);
      if (record && !record.requestHash.equals(requestHash))
        throw conflict('This Idempotency-Key belongs to another request.');
      if (record?.status != null) return { answer: this.open(key, record) };
      if (record && record.ageSeconds > ABANDONED_SECONDS)
        throw conflict(
          'An earlier request with this Idempotency-Key broke off; look whether it took effect, then use another key.',
        );
      if (this.clock.nowMs() > deadlineMs) throw conflict('A request with this Idempotency-Key is still running.');
      await sleep(TWIN_POLL_INTERVAL_MS);
    }
  }

  /** Keeps the answer. The work is done by now, so a failure here is logged and the caller gets the answer all the same. */
  async complete(claim: string, key: RecordKey, { status, body }: KeptAnswer): Promise<void> {
    try {
      const answer = this.box.seal(JSON.stringify({ body }), contextOf(key));
      await this.records.complete(claim, key, { status, answer });
      await this.records.prune();
    } catch (error) {
      this.logger.error({ cause: describeError(error) }, 'could not keep an answer for repetition');
    }
  }

  /** Gives the key back after a failure. */
  async release(claim: string, key: RecordKey): Promise<void> {
    await this.records.release(claim, key).catch((error: unknown) => {
      this.logger.error({ cause: describeError(error) }, 'could not give an Idempotency-Key back');
    });
  }

  private open(key: RecordKey, { status, answer }: IdempotencyRecord): KeptAnswer {
    const { body } = JSON.parse(this.box.open(answer ?? Buffer.alloc(0), contextOf(key))) as { body?: unknown };
    return { status: status ?? 200, body };
  }
}

function contextOf({ adminId, idempotencyKey }: RecordKey): string {
  return `idempotency_record.answer:${adminId}:${idempotencyKey}`;
}

function conflict(message: string): DomainError {
  return new DomainError('conflict', 'idempotency key', { message });
}
