import { Injectable } from '@nestjs/common';
import { ModelCatalog } from '@tokenbay/models';
import type { UpstreamFailure, VideoPollPace, VideoProgress } from '@tokenbay/providers';
import { type Task, TasksService } from '@tokenbay/tasks';
import { RequestMetrics } from '../health/request-metrics.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import { nextPollMs } from './poll-pace.js';
import { priceTask } from './price-task.js';
import { type KnownTask, TaskProviders } from './task-providers.js';

/** Where not even the provider is known to this build, another one may be started that knows it. */
const UNKNOWN_PACE: VideoPollPace = { firstMs: 60_000, minMs: 60_000, maxMs: 600_000 };

/** What a poll has told. */
interface Told {
  readonly progress: VideoProgress;
  readonly pace: VideoPollPace;
  /** Where the answer was none: what there was instead. */
  readonly problem: string;
}

/** Asks about one task and leads it on as its provider says. Only the provider's own word ends a task; anything odd is asked about again. */
@Injectable()
export class TaskPolls {
  constructor(
    private readonly tasks: TasksService,
    private readonly providers: TaskProviders,
    private readonly models: ModelCatalog,
    private readonly metrics: RequestMetrics,
  ) {}

  /** One poll of a leased task. Rejects where the books do not answer: the lease then runs out. */
  async poll(task: Task): Promise<void> {
    const { progress, pace, problem } = await this.ask(task);
    if (progress.state === 'completed') return this.complete(task, progress);
    if (progress.state === 'failed') {
      const { code, message } = progress.error;
      const failure = { code, message, costMicropoints: 0, refusedWith: null, event: 'failed', detail: message };
      return void (await this.tasks.fail(task.id, failure));
    }
    const isOdd = progress.state === 'unknown';
    await this.tasks.notePoll(task, {
      state: isOdd ? null : progress.state === 'queued' ? 'queued' : 'in_progress',
      progress: isOdd ? null : (progress.percent ?? null),
      problem: isOdd ? problem : null,
      pollInMs: nextPollMs(pace, task.polls, isOdd ? progress.failure.retryAfterSeconds : undefined),
    });
  }

  private async ask(task: Task): Promise<Told> {
    let known: KnownTask | null = null;
    try {
      known = this.providers.know(task);
      if (!known) return odd('no secret, or no provider of this name', UNKNOWN_PACE);
      const { pollPace: pace } = known.wire;
      const { status, progress } = await this.providers.ask(known);
      const problem = progress.state === 'unknown' ? describe(progress.failure, status) : '';
      return { progress, pace, problem };
    } catch (error) {
      const pace = known?.wire.pollPace ?? UNKNOWN_PACE;
      return odd(error instanceof UpstreamError ? error.message : (error as Error).name, pace);
    }
  }

  private async complete(task: Task, { result, usage }: Extract<VideoProgress, { state: 'completed' }>): Promise<void> {
    const prices = await this.models.pricesOf(task.model, task.priceVersion);
    const made = { ...task.priced, seconds: usage?.seconds ?? task.seconds ?? task.priced.seconds };
    const { micropoints, lines } = priceTask(made, prices, task.multiplier);
    const { validSeconds, ...place } = result;
    const validMs = validSeconds === undefined ? null : validSeconds * 1_000;
    const isEstimated = usage?.seconds === undefined;
    const completion = { result: place, validMs, costMicropoints: micropoints, lines, isEstimated };
    if (!(await this.tasks.complete(task.id, completion))) return;
    const charged = Math.min(micropoints, task.heldMicropoints);
    this.metrics.countCharge(charged, micropoints - charged);
  }
}

function odd(problem: string, pace: VideoPollPace): Told {
  return { progress: { state: 'unknown', failure: { kind: 'server' } }, pace, problem };
}

function describe({ kind, reason }: UpstreamFailure, status: number): string {
  return `${reason ?? kind} ${status}`;
}
