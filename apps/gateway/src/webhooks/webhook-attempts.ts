import { Inject, Injectable } from '@nestjs/common';
import { Clock, LOGGER, type Logger } from '@tokenbay/platform';
import { TasksService } from '@tokenbay/tasks';
import { type DueWebhook, WebhookDeliveriesService } from '@tokenbay/webhooks';
import { ForeignFetch } from '../upstream/foreign-fetch.js';
import { readRetryAfter } from '../upstream/read-retry-after.js';
import type { UpstreamCall } from '../upstream/upstream-call.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import { writeMessage } from './webhook-message.js';
import { WebhookMetrics } from './webhook-metrics.js';

/** For one attempt, from resolving the name to the head of the answer. */
const ATTEMPT_TIMEOUT_MS = 15_000;
const ANSWER_BYTES_MAX = 4_096;
const PROBLEM_LENGTH_MAX = 200;
const GONE = 410;

/** Tells one account of one task, once: sends, and books what came of it. */
@Injectable()
export class WebhookAttempts {
  constructor(
    private readonly deliveries: WebhookDeliveriesService,
    private readonly tasks: TasksService,
    private readonly foreign: ForeignFetch,
    private readonly clock: Clock,
    private readonly metrics: WebhookMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Resolves when the attempt is booked. One that the signal ends is handed back, as if it had not been. Rejects where it cannot be booked. */
  async attempt(due: DueWebhook, signal: AbortSignal): Promise<void> {
    const task = due.endpoint && (await this.tasks.read(due.taskId));
    if (!due.endpoint || !task) return this.giveUp(due, null, 'the account has no webhook any more');
    const { url, secrets } = due.endpoint;
    const message = writeMessage(due, task, { secrets, nowMs: this.clock.nowMs() });
    let call: UpstreamCall;
    try {
      call = await this.foreign.open({
        ...{ url, method: 'POST', ...message, followsRedirects: false, totalTimeoutMs: ATTEMPT_TIMEOUT_MS, signal },
      });
    } catch (error) {
      if (signal.aborted) return this.deliveries.handBack(due);
      const problem = error instanceof UpstreamError ? error.message : 'could not be sent';
      return this.putOff(due, { status: null, problem: problem.slice(0, PROBLEM_LENGTH_MAX) });
    }
    await readSome(call);
    const { status } = call;
    if (status >= 200 && status < 300) return this.succeed(due, status);
    if (status === GONE) return this.giveUp(due, status, 'the receiver wants no more');
    return this.putOff(due, { status, problem: `answered ${status}`, askedSeconds: readRetryAfter(call.headers) });
  }

  private async succeed(due: DueWebhook, status: number): Promise<void> {
    await this.deliveries.succeed(due, status);
    this.metrics.countAttempt('delivered');
  }

  private async putOff(due: DueWebhook, { askedSeconds, ...attempt }: FailedAttempt): Promise<void> {
    const state = await this.deliveries.fail(due, attempt, askedSeconds);
    this.metrics.countAttempt(state === 'failed' ? 'given_up' : 'put_off');
    const { accountId, taskId, attempts } = due;
    this.logger.info({ accountId, taskId, attempts, state, ...attempt }, 'a webhook did not arrive');
  }

  private async giveUp(due: DueWebhook, status: number | null, problem: string): Promise<void> {
    await this.deliveries.giveUp(due, { status, problem });
    this.metrics.countAttempt('given_up');
    this.logger.info({ accountId: due.accountId, taskId: due.taskId, status, problem }, 'a webhook was given up');
  }
}

interface FailedAttempt {
  readonly status: number | null;
  readonly problem: string;
  /** How long the receiver wants to be left alone. */
  readonly askedSeconds?: number | undefined;
}

/** A little is read, so that the connection ends in order; nothing of it matters. */
async function readSome(call: UpstreamCall): Promise<void> {
  await Promise.resolve(call.readAll(ANSWER_BYTES_MAX)).catch(() => undefined);
  call.abort();
}
