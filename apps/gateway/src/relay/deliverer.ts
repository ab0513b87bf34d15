import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { toErrorView } from '@tokenbay/platform';
import type { UsageReading } from '@tokenbay/providers';
import type { FastifyReply } from 'fastify';
import { RequestMetrics } from '../health/request-metrics.js';
import type { UpstreamCall } from '../upstream/upstream-call.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import { type Bill, type BillFacts, billEstimated, billReported } from './bill.js';
import type { ClientConnection } from './client-connection.js';
import type { WholeAnswer } from './exchange/exchange.js';
import type { Settlement } from './settlement.js';
import type { StreamPump } from './stream-pump.js';

/** How long, and how many at once, answers are drained whose clients have left. */
const DRAIN_MS = 60_000;
const DRAINS_MAX = 512;

/** Everything that takes part in bringing one answer to its client. */
export interface Delivery {
  readonly reply: FastifyReply;
  readonly client: ClientConnection;
  readonly settlement: Settlement;
  readonly facts: BillFacts;
  readonly requestId: string;
}

/** Brings an answer to the client and charges it before its last bytes. */
@Injectable()
export class Deliverer {
  private drains = 0;

  constructor(private readonly metrics: RequestMetrics) {}

  /** Bounds a call whose client leaves: drained within a time and number, since it has been paid for upstream, and then cut. */
  boundWhenGone(call: UpstreamCall, client: ClientConnection): void {
    client.whenGone(() => {
      if (this.drains >= DRAINS_MAX) return call.abort();
      this.drains += 1;
      call.endWithin(DRAIN_MS);
      call.whenOver(() => (this.drains -= 1));
    });
  }

  /** Charges a whole answer and sends it. */
  async deliverWhole({ bytes, reading }: WholeAnswer, delivery: Delivery): Promise<void> {
    const { reply, client, settlement, facts } = delivery;
    await settlement.charge(await billOf(facts, reading), client.isGone ? 'client_left' : 'completed');
    await reply.header('content-type', 'application/json').send(bytes);
  }

  /**
   * Streams an answer. Deltas flow as they come; the tail is sent once the charge is durable. A stream that breaks ends with the dialect's
   * error event. Rejects with what broke it, once the client has been told.
   */
  async deliverStream(pump: StreamPump, delivery: Delivery): Promise<void> {
    const { client, settlement, facts, requestId } = delivery;
    client.startStream('text/event-stream; charset=utf-8');
    try {
      await pump.run(client).catch((error: unknown) => this.endOfBroken(error, delivery));
      const bill = await billOf(facts, pump.exchange);
      await settlement.charge(bill, client.isGone ? 'client_left' : 'completed');
      client.end(pump.exchange.takeTail());
    } catch (error) {
      const failure = toStreamFailure(error);
      this.metrics.countError(failure.code);
      void client.write(pump.exchange.takeReady());
      await settlement.fail(failure, await costOfBroken(facts, pump)).finally(() => {
        client.endWithError(facts.call.renderStreamError(toErrorView(failure, requestId)));
      });
      throw failure;
    }
  }

  /** A stream that we cut because its client had left is charged for what was delivered; any other broken one is not. */
  private endOfBroken(error: unknown, { client }: Delivery): void {
    const isOurCut = error instanceof UpstreamError && (error.kind === 'aborted' || error.kind === 'timeout');
    if (!client.isGone || !isOurCut) throw error;
  }
}

function billOf(
  facts: BillFacts,
  answer: { readonly usage: UsageReading | undefined; readonly text: string },
): Bill | Promise<Bill> {
  return answer.usage ? billReported(facts, answer.usage) : billEstimated(facts, answer.text);
}

/** What a broken stream has cost the platform, for the books; unknown costs are none. */
async function costOfBroken(facts: BillFacts, pump: StreamPump): Promise<Bill> {
  return billOf(facts, pump.exchange);
}

function toStreamFailure(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof UpstreamError && error.kind === 'timeout')
    return new DomainError('upstream_timeout', error.message, { cause: error });
  if (error instanceof UpstreamError && (error.kind === 'malformed' || error.kind === 'too_large'))
    return new DomainError('response_parse_failed', error.message, { cause: error });
  if (error instanceof UpstreamError) return new DomainError('upstream_failed', error.message, { cause: error });
  return new DomainError('internal_error', 'stream', { cause: error });
}
