import { Inject, Injectable } from '@nestjs/common';
import {
  decodeCursor,
  describeError,
  LOGGER,
  type Logger,
  type Page,
  type PageRequest,
  SecretBox,
  toPage,
} from '@tokenbay/platform';
import { retryDelayMs } from './retry-delay.js';
import {
  type DeliveryRow,
  type DueRow,
  type LeaseRequest,
  WebhookDeliveriesRepository,
} from './webhook-deliveries.repository.js';
import type { DueWebhook, WebhookAttempt, WebhookDelivery, WebhookState } from './webhook-delivery.js';
import { sealContextOf } from './webhook-endpoints.service.js';

const DAY_MS = 86_400_000;
/** For so long a delivery is tried again. */
const TRIED_FOR_MS = DAY_MS;
/** For so long administrators can see what became of it. */
const KEPT_DAYS = 30;
const FORGOTTEN_MAX = 1_000;

/** What accounts are told of and how far that is. Everything survives the process that attempts it. */
@Injectable()
export class WebhookDeliveriesService {
  constructor(
    private readonly repository: WebhookDeliveriesRepository,
    private readonly box: SecretBox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Takes deliveries that are due, for one attempt each. One that is not heard of again is due once more when the lease is over. */
  async lease(request: LeaseRequest): Promise<DueWebhook[]> {
    return (await this.repository.lease(request)).map((row) => ({ ...toDelivery(row), endpoint: this.open(row) }));
  }

  /** The receiver has it. */
  async succeed(delivery: WebhookDelivery, status: number): Promise<void> {
    await this.repository.end(delivery, 'delivered', { status, problem: null });
  }

  /** Puts it off, ever longer, for a day after it was made; then it is given up. Answers what it is now. */
  async fail(
    delivery: WebhookDelivery,
    attempt: WebhookAttempt,
    askedSeconds?: number,
  ): Promise<WebhookState | undefined> {
    const delayMs = retryDelayMs(delivery.attempts, Math.random(), askedSeconds);
    return this.repository.putOff(delivery, attempt, { delayMs, withinMs: TRIED_FOR_MS });
  }

  /** Gives it up at once: nobody is there to be told. */
  async giveUp(delivery: WebhookDelivery, attempt: WebhookAttempt): Promise<void> {
    await this.repository.end(delivery, 'failed', attempt);
  }

  /** Leaves it to whoever comes next, at once: the attempt was broken off by us. */
  async handBack(delivery: WebhookDelivery): Promise<void> {
    await this.repository.handBack(delivery);
  }

  /** What an account was told of, newest first. Throws `invalid_request` for a cursor that no page gave. */
  async list(accountId: string, { limit, cursor }: PageRequest): Promise<Page<WebhookDelivery>> {
    const before = cursor === undefined ? null : decodeCursor(cursor);
    const { rows, nextCursor } = toPage(
      await this.repository.list(accountId, before, limit + 1),
      limit,
      ({ id }) => id,
    );
    return { rows: rows.map(toDelivery), nextCursor };
  }

  /** How many wait for an attempt, and since how many seconds the oldest has. */
  countPending(): Promise<{ pending: number; oldestSeconds: number }> {
    return this.repository.countPending();
  }

  /** Deletes what was over a month ago, some at a time. */
  async forgetOld(): Promise<void> {
    await this.repository.forget(KEPT_DAYS, FORGOTTEN_MAX);
  }

  /** A secret that does not open is as good as none: one bad row must not keep the others from being told, nor a former one the new one. */
  private open({ account_id: accountId, url, secret, former_secrets: formerSecrets }: DueRow): DueWebhook['endpoint'] {
    const opened = secret === null ? [] : this.openOne(secret, accountId);
    if (url === null || opened[0] === undefined) return null;
    return { url, secrets: [opened[0], ...formerSecrets.flatMap((former) => this.openOne(former, accountId))] };
  }

  private openOne(sealed: Buffer, accountId: string): string[] {
    try {
      return [this.box.open(sealed, sealContextOf(accountId))];
    } catch (error) {
      this.logger.error({ accountId, cause: describeError(error) }, 'the secret of a webhook cannot be opened');
      return [];
    }
  }
}

function toDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    ...{ id: row.id, eventId: `evt_${row.event_id.replaceAll('-', '')}` },
    ...{ accountId: row.account_id, taskId: row.task_id, type: row.type, state: row.state },
    ...{ attempts: row.attempts, attemptAt: row.attempt_at },
    ...{ lastStatus: row.last_status, lastProblem: row.last_problem },
    ...{ createdAt: row.created_at, endedAt: row.ended_at },
  };
}
