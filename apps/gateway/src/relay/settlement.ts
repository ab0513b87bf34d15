import { DomainError } from '@tokenbay/errors';
import type { Charge, Hold, PointsService, SettleOutcome } from '@tokenbay/points';
import type { Outcome, TokenUsage } from '@tokenbay/protocol';
import type { Attempt } from './attempt.js';
import { type Bill, type BillFacts, billNothing } from './bill.js';

/** What is known of a request when its points are held. */
export interface SettlementFacts extends BillFacts {
  readonly requestId: string;
  readonly startedAtMs: number;
  /** Micropoints that a report costs at most which cannot be true: the request's worst case, however much more is held. */
  readonly suspectMax: number;
  /** Added to by whoever tries channels. */
  readonly attempts: Attempt[];
  /** Told what was charged, and how many milliseconds the ledger took. */
  readonly onSettled: (settled: SettleOutcome, ms: number) => void;
  /** Told what is charged for, before it is booked. */
  readonly onConsumed: (usage: TokenUsage) => void;
}

/** How a request ended, in the words of the usage log. */
interface Ending {
  readonly bill: Bill;
  readonly outcome: Outcome;
  readonly status: number;
  readonly code: string | null;
}

/** The one way a hold ends: charged before the last bytes, or given back. Whatever happens, it ends once. */
export class Settlement {
  firstByteMs: number | null = null;
  isOver = false;

  constructor(
    private readonly points: PointsService,
    private readonly hold: Hold,
    private readonly facts: SettlementFacts,
  ) {}

  /**
   * Charges what was consumed. Once it resolves the last bytes may be sent. Rejects with `ledger_unavailable` where the charge is not
   * known to be durable, and where the hold is gone and nobody can pay any more.
   */
  charge(bill: Bill, outcome: 'completed' | 'client_left'): Promise<void> {
    this.facts.onConsumed(bill.usage);
    return this.settle({ bill, outcome, status: 200, code: null }).then(assertFunded);
  }

  /** Ends a request that failed: nothing is charged; what it cost upstream, if anything, is recorded as the platform's. */
  async fail(error: DomainError, cost: Bill = billNothing()): Promise<void> {
    if (this.isOver) return;
    if (this.facts.attempts.length === 0) {
      this.isOver = true;
      await this.points.release(this.hold);
      return;
    }
    await this.settle({ bill: cost, outcome: 'failed', status: error.status, code: error.code });
  }

  /** Says in the receipt that the try which had begun well broke off later. */
  noteBrokenAttempt(reason: string): void {
    const { attempts } = this.facts;
    const last = attempts.pop();
    if (last) attempts.push({ ...last, reason });
  }

  private settle(ending: Ending): Promise<SettleOutcome> {
    this.isOver = true;
    const settlingAtMs = performance.now();
    return this.points.settle(this.hold, this.toCharge(ending)).then((settled) => {
      this.facts.onSettled(settled, performance.now() - settlingAtMs);
      return settled;
    });
  }

  private toCharge({ bill, outcome, status, code }: Ending): Charge {
    const { call, model, multiplier, requestId, startedAtMs, attempts, suspectMax } = this.facts;
    const { usage, source, price } = bill;
    return {
      requestId,
      cost: source === 'suspect' ? Math.min(price.micropoints, suspectMax) : price.micropoints,
      outcome,
      model: model.name,
      channelId: attempts.at(-1)?.channelId ?? null,
      dialect: call.dialect,
      stream: call.isStream,
      status,
      code,
      tokens: {
        input: usage.inputTokens + usage.audioInputTokens + (usage.imageInputTokens ?? 0),
        cachedInput: usage.cachedInputTokens,
        cacheWrite: usage.cacheWriteTokens + usage.cacheWriteLongTokens,
        output: usage.outputTokens + usage.audioOutputTokens + (usage.imageOutputTokens ?? 0),
        reasoning: usage.reasoningTokens,
      },
      usageSource: source,
      priceVersion: model.priceVersion,
      latencyMs: Math.round(performance.now() - startedAtMs),
      firstByteMs: this.firstByteMs,
      receipt: { lines: price.lines, multiplier, attempts },
    };
  }
}

function assertFunded({ funding }: SettleOutcome): void {
  if (funding === 'refused') throw new DomainError('ledger_unavailable', 'the hold was given back meanwhile');
}
