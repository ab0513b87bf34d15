import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { describeError, LOGGER, type Logger, toErrorView } from '@tokenbay/platform';
import type { FastifyReply } from 'fastify';
import { RequestMetrics } from '../health/request-metrics.js';
import type { UpstreamCall } from '../upstream/upstream-call.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import { toStoppingError, wasAbandoned } from './attempt.js';
import { billOf, type Metered } from './bill.js';
import type { ClientConnection } from './client-connection.js';
import type { WholeAnswer } from './exchange/exchange.js';
import { KeepAlives } from './keep-alives.js';
import { nameDropped } from './name-dropped.js';
import { RunningWork } from './running-work.js';
import type { Settlement, SettlementFacts } from './settlement.js';
import type { StreamPump } from './stream-pump.js';

/** How long, and how many at once, answers are drained whose clients have left. */
const DRAIN_MS = 60_000;
const DRAINS_MAX = 512;
/** How long what the client is told of a failure waits for its booking. */
const BOOKING_WAIT_MS = 2_000;

/** Everything that takes part in bringing one answer to its client. */
export interface Delivery {
  readonly reply: FastifyReply;
  readonly client: ClientConnection;
  readonly settlement: Settlement;
  readonly facts: SettlementFacts;
  readonly requestId: string;
}

/** Brings an answer to the client and charges it before its last bytes. */
@Injectable()
export class Deliverer {
  private drains = 0;

  constructor(
    private readonly metrics: RequestMetrics,
    private readonly keepAlives: KeepAlives,
    private readonly running: RunningWork,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Bounds a call whose client leaves: drained within a time and number, since it has been paid for upstream, and then cut. */
  boundWhenGone(call: UpstreamCall, client: ClientConnection): void {
    client.whenGone(() => {
      if (this.drains >= DRAINS_MAX) return call.abandonWithin(0);
      this.drains += 1;
      call.abandonWithin(DRAIN_MS);
      call.whenOver(() => (this.drains -= 1));
    });
  }

  /** Charges a whole answer and sends it. */
  async deliverWhole(
    { bytes, reading, droppedFields, contentType = 'application/json' }: WholeAnswer,
    { reply, client, settlement, facts }: Delivery,
  ): Promise<void> {
    const bill = billOf(facts, reading);
    await settlement.charge(bill instanceof Promise ? await bill : bill, client.isGone ? 'client_left' : 'completed');
    nameDropped(reply, droppedFields);
    client.sendWhole(bytes, contentType);
  }

  /**
   * Streams an answer. Deltas flow as they come; the tail is sent once the charge is durable. Where the stream breaks, or cannot be
   * charged, the dialect's error event is the last thing sent, and it rejects with what went wrong. A client that is too slow is dropped.
   */
  async deliverStream(pump: StreamPump, delivery: Delivery): Promise<void> {
    const { reply, client, settlement, facts, requestId } = delivery;
    const { exchange } = pump;
    client.whenGone(() => exchange.text.freeze());
    const unwatch = this.keepAlives.watch(client, facts.call.keepAlive);
    try {
      nameDropped(reply, exchange.droppedFields);
      client.startStream(exchange.contentType);
      await pump.run(client);
      await settlement.charge(await billOf(facts, exchange), client.isGone ? 'client_left' : 'completed');
      unwatch();
      client.end(exchange.takeTail());
    } catch (error) {
      const failure = toStreamFailure(error);
      pump.call.abort();
      settlement.noteBrokenAttempt(failure.code);
      if (wasAbandoned(failure)) {
        client.drop();
        await this.bookFailure(failure, exchange, delivery);
        throw failure;
      }
      this.metrics.countError(failure.code);
      void client.write(exchange.takeReady());
      await this.bookFailure(failure, exchange, delivery);
      client.endWithError(exchange.fail(toErrorView(failure, requestId)));
      throw failure;
    } finally {
      unwatch();
    }
  }

  /**
   * Books a request that did not come to its end. One that we cut because its client had left is charged for its input and what was
   * delivered; any other costs its client nothing, and what it may have cost upstream is recorded as the platform's. Resolves when that
   * is booked, or soon: what the client is told rests on no booking, and must not wait for a ledger that is slow.
   */
  async bookFailure(failure: DomainError, delivered: Metered, booked: BookedFailure): Promise<void> {
    if (booked.settlement.isOver) return;
    const booking = this.running.track(this.book(failure, delivered, booked)).catch((error: unknown) => {
      const { requestId } = booked.facts;
      this.logger.warn({ requestId, cause: describeError(error) }, 'a failed request was not booked');
    });
    await Promise.race([booking, pause(BOOKING_WAIT_MS)]);
  }

  private async book(failure: DomainError, delivered: Metered, { settlement, facts }: BookedFailure): Promise<void> {
    if (wasAbandoned(failure)) return settlement.charge(await billOf(facts, delivered), 'client_left');
    const hasCost = delivered.hasBegun || failure.code === 'upstream_timeout';
    await settlement.fail(failure, hasCost ? await billOf(facts, delivered) : undefined);
  }
}

/** What is needed to book a request that failed. */
export type BookedFailure = Pick<Delivery, 'settlement' | 'facts'>;

function toStreamFailure(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (!(error instanceof UpstreamError)) return new DomainError('internal_error', 'stream', { cause: error });
  const { kind, message } = error;
  if (kind === 'stopping') return toStoppingError(error);
  if (kind === 'timeout' || kind === 'abandoned') return new DomainError('upstream_timeout', message, { cause: error });
  const isUnreadable = kind === 'malformed' || kind === 'too_large';
  return new DomainError(isUnreadable ? 'response_parse_failed' : 'upstream_failed', message, { cause: error });
}
