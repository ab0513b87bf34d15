import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Channel } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import type { Model } from '@tokenbay/models';
import {
  type SubmissionIdentity,
  type Task,
  type TaskAttempt,
  type TaskDraft,
  TasksService,
  UNTOLD_MS,
} from '@tokenbay/tasks';
import { RequestMetrics } from '../health/request-metrics.js';
import type { Caller } from '../relay/caller.js';
import { endVisit } from '../relay/end-visit.js';
import { insist } from './insist.js';
import { PictureFetcher } from './picture-fetcher.js';
import { firstPollMs } from './poll-pace.js';
import { priceTask, quantitiesOf } from './price-task.js';
import { replayRefusal, type SubmissionFailure, toLostCall, toRefusal } from './submission-failure.js';
import type { TaskCall } from './task-call.js';
import { type TaskPlace, TaskPlaces } from './task-places.js';
import { VideoUpstream } from './video-upstream.js';

/** A submission that was admitted, to be priced. */
export interface SubmissionRequest {
  readonly requestId: string;
  readonly call: TaskCall;
  readonly caller: Caller;
  readonly model: Model;
}

/** A submission with its price: what is held for it, and where it may go. */
export interface Submission {
  readonly call: TaskCall;
  readonly draft: TaskDraft;
  readonly candidates: readonly Channel[];
  /** Whether its pictures must be brought before a channel is chosen. */
  readonly needsBytes: boolean;
}

/** The task that a submission has become. */
export interface SubmittedTask {
  readonly task: Task;
  /** What of the call its provider could not carry. */
  readonly droppedFields: readonly string[];
}

/** How long one who sends the same again waits for the first one's answer; then its task is told, and cannot be taken back. */
const TWIN_MS = UNTOLD_MS + 5_000;
const TWIN_LOOK_MS = 150;
/** How long an upstream id is kept in memory while the database does not take it. */
const INSIST_MS = 45_000;
/** Longer than a task may stand in the books before somebody is called: afterwards it is over by itself. From `UNTOLD_MS` on it can only fail. */
const UNDO_MS = 70_000;

/** Submits tasks: each once, to one channel, whatever happens on the way. */
@Injectable()
export class TaskSubmitter {
  constructor(
    private readonly tasks: TasksService,
    private readonly places: TaskPlaces,
    private readonly pictures: PictureFetcher,
    private readonly upstream: VideoUpstream,
    private readonly metrics: RequestMetrics,
  ) {}

  /**
   * What the same submission has become before, as far as it has got; null where it is new. Throws the error that answered it, where it was
   * one, and `invalid_request` where its key was used for another.
   */
  async replay(call: TaskCall, { key }: Caller): Promise<Task | null> {
    const earlier = await this.tasks.findEarlier(identityOf(call, key.id));
    return earlier && this.follow(earlier);
  }

  /** What a submission counts and costs at most. Holds nothing; throws as `quantitiesOf` does where the model has no price for it. */
  price(request: SubmissionRequest): Submission {
    const { call, caller, model } = request;
    const candidates = this.places.serving(model.name, caller.group.name);
    const { seconds, needsBytes } = this.places.rehearse(call, candidates);
    return { call, draft: draftOf(request, seconds), candidates, needsBytes };
  }

  /**
   * Holds the points, chooses a channel, and calls it once. Throws the first refusal. A client that leaves while its pictures are brought
   * leaves no task behind; afterwards its task goes on without it.
   */
  async submit(submission: Submission, untilGone: AbortSignal): Promise<SubmittedTask> {
    const { call, draft, candidates, needsBytes } = submission;
    const earlier = await this.accept(draft);
    if (earlier) return { task: earlier, droppedFields: [] };
    const bring = () => this.pictures.bring(call.video, untilGone);
    const brought = needsBytes ? await this.orWithdraw(draft.id, bring) : undefined;
    try {
      const { video } = brought ?? call;
      const place = await this.orWithdraw(draft.id, () => this.places.choose({ ...call, video }, candidates));
      const task = await this.send(draft, place);
      return { task, droppedFields: place.dropped.list };
    } finally {
      brought?.free();
    }
  }

  /** Null where it is accepted now; the task of one who came before otherwise. */
  private async accept(draft: TaskDraft): Promise<Task | null> {
    for (;;) {
      const earlier = await this.tasks.accept(draft).catch((error: unknown) => this.undo(draft.id, error));
      if (!earlier) return null;
      const followed = await this.follow(earlier);
      if (followed) return followed;
    }
  }

  /** What may stand in the books although its client was told otherwise goes as soon as they can be written again. */
  private undo(id: string, error: unknown): never {
    if (error instanceof DomainError && error.code === 'ledger_unavailable')
      insist(() => this.tasks.withdraw(id), UNDO_MS).catch(() => undefined);
    throw error;
  }

  /** Waits until somebody else's submission of the same is over. Null where it left nothing behind. */
  private async follow(earlier: Task): Promise<Task | null> {
    const untilMs = performance.now() + TWIN_MS;
    let task: Task | null = earlier;
    while (task && isBeingSubmitted(task) && performance.now() < untilMs) {
      await pause(TWIN_LOOK_MS);
      task = await this.tasks.read(earlier.id);
    }
    if (task && task.refusedWith !== null) throw replayRefusal(task);
    return task;
  }

  /** Nobody was called yet: what fails here leaves no task behind. */
  private async orWithdraw<T>(id: string, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await insist(() => this.tasks.withdraw(id), INSIST_MS);
      throw error;
    }
  }

  private async send({ id, heldMicropoints }: TaskDraft, place: TaskPlace): Promise<Task> {
    const { visit } = place;
    const { channel, key } = visit;
    if (!(await this.mayCall(id, place))) return this.read(id);
    const startedAtMs = performance.now();
    const noted = (status: number | null, reason: string | null): readonly TaskAttempt[] => {
      this.metrics.countAttempt(channel.id, reason === null ? 'ok' : 'failed');
      const ms = Math.round(performance.now() - startedAtMs);
      return [{ channelId: channel.id, keyId: key.id, status, ms, reason }];
    };
    const outcome = await this.call(place);
    if ('failure' in outcome) {
      endVisit(visit, outcome.failure.finding);
      const attempts = noted(outcome.status, outcome.failure.reason);
      throw await this.giveUp({ id, heldMicropoints }, outcome.failure, attempts);
    }
    visit.succeed();
    const taken = {
      upstreamId: outcome.upstreamId,
      attempts: noted(outcome.status, null),
      ...{ pollInMs: firstPollMs(place.wire.pollPace), withinMs: channel.taskTimeoutMs },
    };
    await insist(() => this.tasks.submitted(id, taken), INSIST_MS);
    return this.read(id);
  }

  /** Where it is not known whether it may be called it is not, and the task is over. The visit is, wherever it may not be called. */
  private async mayCall(id: string, { visit, submission, secret }: TaskPlace): Promise<boolean> {
    const { channel, key, upstreamModel } = visit;
    const route = { channelId: channel.id, keyId: key.id, provider: channel.provider, baseUrl: channel.baseUrl };
    const { connectTimeoutMs, totalTimeoutMs } = channel.timeLimits.plain;
    const made = { upstreamModel, secret, seconds: submission.seconds, size: submission.size ?? null };
    try {
      const withinMs = connectTimeoutMs + totalTimeoutMs;
      const isAllowed = await this.tasks.submit(id, { ...route, ...made, withinMs });
      if (!isAllowed) visit.release();
      return isAllowed;
    } catch (cause) {
      visit.release();
      const failure = { code: 'ledger_unavailable', message: 'The task could not be submitted.', costMicropoints: 0 };
      const end = { ...failure, refusedWith: 503, event: 'not_submitted', detail: null };
      const undo = async (): Promise<boolean> => (await this.tasks.withdraw(id)) || this.tasks.failSubmission(id, end);
      insist(undo, UNDO_MS).catch(() => undefined);
      throw new DomainError('ledger_unavailable', id, { cause, retryAfterSeconds: 2 });
    }
  }

  private async call(place: TaskPlace): Promise<Outcome> {
    const { visit, adapter, wire, secret, submission } = place;
    const { channel } = visit;
    const route = { adapter, baseUrl: channel.baseUrl, secret, limits: channel.timeLimits.plain, isOnce: true };
    try {
      const { status, body, retryAfterSeconds } = await this.upstream.ask(submission.request, route);
      const reading = wire.readSubmission(status, body, retryAfterSeconds);
      if (reading.outcome === 'accepted') return { status, upstreamId: reading.upstreamId };
      return { status, failure: toRefusal(reading, status) };
    } catch (error) {
      return { status: null, failure: toLostCall(error) };
    }
  }

  /** Ends the task in the books and answers what its client is told. */
  private async giveUp(
    { id, heldMicropoints }: Pick<TaskDraft, 'id' | 'heldMicropoints'>,
    { error, reason, mayRun }: SubmissionFailure,
    attempts: readonly TaskAttempt[],
  ): Promise<DomainError> {
    const failure = {
      ...{ code: error.code, message: error.publicMessage, refusedWith: error.status, attempts },
      ...{ costMicropoints: mayRun ? null : 0, event: mayRun ? 'lost' : 'refused', detail: reason },
    };
    const hasEnded = await insist(() => this.tasks.failSubmission(id, failure), INSIST_MS);
    if (hasEnded && mayRun) this.metrics.countCharge(0, heldMicropoints);
    return error;
  }

  private async read(id: string): Promise<Task> {
    const task = await insist(() => this.tasks.read(id), INSIST_MS);
    if (!task) throw new DomainError('internal_error', `task ${id} is gone`);
    return task;
  }
}

/** What became of the one call. */
type Outcome =
  | { readonly status: number; readonly upstreamId: string }
  | { readonly status: number | null; readonly failure: SubmissionFailure };

function identityOf({ idempotencyKey, requestDigest, isRepeated }: TaskCall, apiKeyId: string): SubmissionIdentity {
  return { apiKeyId, idempotencyKey, requestDigest, isRepeated };
}

function draftOf({ requestId, call, caller, model }: SubmissionRequest, seconds: number): TaskDraft {
  const { account, key, group } = caller;
  const { video } = call;
  const priced = quantitiesOf(video, model, seconds);
  const { micropoints } = priceTask(priced, model.prices, group.priceMultiplier);
  return {
    ...identityOf(call, key.id),
    ...{ id: requestId, accountId: account.id, budgeted: key.hasBudget, heldMicropoints: micropoints },
    ...{ model: model.name, priceVersion: model.priceVersion, multiplier: group.priceMultiplier, priced },
    ...{
      prompt: video.prompt ?? null,
      seconds,
      size: video.size ? `${video.size.width}x${video.size.height}` : null,
    },
  };
}

function isBeingSubmitted({ state }: Task): boolean {
  return state === 'accepted' || state === 'submitting';
}
