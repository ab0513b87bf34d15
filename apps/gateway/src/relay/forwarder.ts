import { Injectable } from '@nestjs/common';
import { type Channel, ChannelHealth, type ChannelRequest, type Visit } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import { findAdapter, type JsonObject, parseObject, type ProviderAdapter } from '@tokenbay/providers';
import { RequestMetrics } from '../health/request-metrics.js';
import type { CallLimits, UpstreamCall } from '../upstream/upstream-call.js';
import { UpstreamClient } from '../upstream/upstream.client.js';
import { readRetryAfter } from '../upstream/read-retry-after.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import { affinityOf } from './affinity.js';
import { type Attempt, AttemptFailure, throwUpstreamFailure, toAttemptFailure, toFinalError } from './attempt.js';
import type { Call } from './call.js';
import { endVisit } from './end-visit.js';
import { type Exchange, type WholeAnswer } from './exchange/exchange.js';
import { StreamPump } from './stream-pump.js';
import type { SoldPool } from './tool-pool.js';
import { upstreamHeaders } from './upstream-headers.js';

const ATTEMPTS_MAX = 5;
/** A stream that has not begun by then has no client any more: common ones hang up after 300 s. */
const BEGIN_WITHIN_MS = 280_000;
const ANSWER_BYTES_MAX = 67_108_864;
const ERROR_BYTES_MAX = 65_536;
/** No tokenizer has longer tokens on average; beyond it and some slack an answer is endless. */
const CHARACTERS_PER_TOKEN_MAX = 64;
const CHARACTERS_SLACK = 1_048_576;

/** A request that was admitted and may go upstream. */
export interface Assignment {
  readonly requestId: string;
  readonly call: Call;
  /** Whose request it is. */
  readonly accountId: string;
  /** The channels that may serve it, those of higher priority first. */
  readonly candidates: readonly Channel[];
  /** The lowered output limit per choice; undefined leaves the client's. */
  readonly outputTokensMax: number | undefined;
  /** All the input that is held for at most, in tokens. */
  readonly contextTokensMax: number;
  /** The hosted tools that the call offers, with the limits that are held for. */
  readonly toolPools: readonly SoldPool[];
  /** What all choices together may write, in tokens. */
  readonly outputTokensTotal: number;
  /** Every try is added here, the successful one last. */
  readonly attempts: Attempt[];
  /** Told of every call as it starts, so that a client that leaves can bound it. */
  readonly onCall: (call: UpstreamCall) => void;
  /** Told when an upstream answers with its head. */
  readonly onHead: () => void;
  /** False once the client has left: then what failed is not tried again. */
  readonly isWanted: () => boolean;
}

/** An answer that has begun well: whole, or a stream whose first event was seen. */
export type Answer = { readonly whole: WholeAnswer } | { readonly stream: StreamPump };

/** What has been tried of one request, and until when more may be. */
interface Progress {
  readonly failures: AttemptFailure[];
  readonly tried: { readonly channelIds: string[]; readonly keyIds: string[] };
  /** On the monotonic clock. */
  readonly endsAtMs: number;
}

/** Tries channels, each channel and key at most once, until one begins to answer well. Nothing has reached the client until then. */
@Injectable()
export class Forwarder {
  constructor(
    private readonly upstream: UpstreamClient,
    private readonly health: ChannelHealth,
    private readonly metrics: RequestMetrics,
  ) {}

  /**
   * Resolves with an answer that has begun. Throws DomainError: the client's fault as the upstream judged it, or what remains when every try
   * has failed, the time is over, or too large a part of the traffic are second tries.
   */
  async forward(assignment: Assignment): Promise<Answer> {
    const startedAtMs = performance.now();
    const request = toChannelRequest(assignment);
    this.health.retries.countRequest();
    const visit = this.health.visit(request);
    if (!visit) throw toFinalError([], this.health.obstacleOf(request));
    try {
      return await this.attempt(assignment, visit, limitsOf(visit.channel, assignment.call));
    } catch (error) {
      const endsAtMs = startedAtMs + beginWithinMs(visit.channel, assignment.call);
      const progress = { failures: [], tried: { channelIds: [], keyIds: [] }, endsAtMs };
      noteFailure(error, { visit, assignment }, progress);
      return this.tryOthers(assignment, request, progress);
    }
  }

  private async tryOthers(assignment: Assignment, request: ChannelRequest, progress: Progress): Promise<Answer> {
    const { failures, tried } = progress;
    for (;;) {
      const leftMs = progress.endsAtMs - performance.now();
      if (countTries(failures) >= ATTEMPTS_MAX || leftMs <= 0 || !assignment.isWanted()) throw toFinalError(failures);
      const next = { ...request, tried };
      const visit = this.health.visit(next);
      if (!visit) throw toFinalError(failures, this.health.obstacleOf(next));
      if (!failures.at(-1)!.isUnsent && !this.health.retries.tryTake()) {
        visit.release();
        throw toFinalError(failures);
      }
      try {
        const limits = limitsOf(visit.channel, assignment.call);
        return await this.attempt(assignment, visit, withinTime(limits, leftMs, assignment.call));
      } catch (error) {
        noteFailure(error, { visit, assignment }, progress);
      }
    }
  }

  private async attempt(assignment: Assignment, visit: Visit, limits: CallLimits): Promise<Answer> {
    const startedAtMs = performance.now();
    const { channel, key } = visit;
    const { isStream } = assignment.call;
    let call: UpstreamCall | undefined;
    const note = (reason: string | null): void => {
      const ms = Math.round(performance.now() - startedAtMs);
      this.metrics.countAttempt(channel.id, reason === null ? 'ok' : 'failed');
      assignment.attempts.push({ channelId: channel.id, keyId: key.id, status: call?.status || null, ms, reason });
    };
    try {
      const adapter = adapterOf(channel);
      const exchange = this.exchangeFor(assignment, visit, adapter);
      const { path, headers: more, body } = exchange.request;
      const headers = upstreamHeaders(key, adapter, { isStream, more });
      call = this.upstream.send({ baseUrl: channel.baseUrl, path, headers, body, limits });
      assignment.onCall(call);
      await call.started;
      assignment.onHead();
      if (call.status < 200 || call.status > 299) await refuse(call, adapter);
      assertNotEncoded(call);
      if (isEventStream(call) && !isStream)
        throw new UpstreamError('malformed', 'an event stream that was not asked for');
      const type = String(call.headers['content-type']);
      const answer =
        (exchange.streams?.(type) ?? isEventStream(call))
          ? { stream: await StreamPump.begin(call, exchange.openStream(type), (error) => endVisit(visit, error)) }
          : { whole: readWhole(exchange.readAnswer(await call.readAll(ANSWER_BYTES_MAX), type), call.status) };
      if ('whole' in answer && isStream && !exchange.mayComeWhole)
        throw new UpstreamError('malformed', 'not an event stream');
      if ('whole' in answer) visit.succeed();
      else visit.begin();
      note(null);
      return answer;
    } catch (error) {
      const failure = judge(error);
      endVisit(visit, failure);
      call?.abort();
      if (call) note(failure instanceof DomainError ? failure.code : failure.reason);
      throw failure;
    }
  }

  private exchangeFor(
    { call, requestId, outputTokensMax, outputTokensTotal, contextTokensMax, toolPools }: Assignment,
    { upstreamModel }: Visit,
    adapter: ProviderAdapter,
  ): Exchange {
    const textCharactersMax = outputTokensTotal * CHARACTERS_PER_TOKEN_MAX + CHARACTERS_SLACK;
    const outputTokensHeld = outputTokensTotal / call.choices;
    return call.openExchange({
      requestId,
      adapter,
      upstreamModel,
      contextTokensMax,
      outputTokensMax,
      outputTokensHeld,
      toolPools,
      textCharactersMax,
    });
  }
}

function toChannelRequest({ call, candidates, accountId }: Assignment): ChannelRequest {
  const { model, isStream } = call;
  const isAlone = candidates.length === 1 && candidates[0]!.keys.length <= 1;
  return { candidates, model, isStream, affinity: isAlone ? undefined : affinityOf(call, accountId), tried: undefined };
}

/** Remembers what failed and is not to be tried again. Throws what no other channel can make good. */
function noteFailure(error: unknown, { visit, assignment }: Try, { failures, tried }: Progress): void {
  if (!(error instanceof AttemptFailure)) throw error;
  failures.push(error);
  const { channel, key } = visit;
  // What speaks of the key leaves the channel's other keys in; everything else speaks of the channel.
  tried.keyIds.push(key.id);
  if (error.verdict !== 'key' && error.finding?.reason !== 'rate_limited') tried.channelIds.push(channel.id);
  if (error.verdict !== 'unsuited') return;
  // What one channel cannot carry no other channel of its provider can.
  for (const { id, provider } of assignment.candidates) if (provider === channel.provider) tried.channelIds.push(id);
}

/** A visit for an assignment. */
interface Try {
  readonly visit: Visit;
  readonly assignment: Assignment;
}

/** The answer has begun when a plain request would be over, or when the client of a stream would have hung up. */
function beginWithinMs(channel: Channel, call: Call): number {
  return Math.min(limitsOf(channel, call).totalTimeoutMs, BEGIN_WITHIN_MS);
}

/** The limits of a further try, which has no more time than the first has left. */
function withinTime(limits: CallLimits, leftMs: number, { isStream }: Call): CallLimits {
  return {
    ...limits,
    firstByteTimeoutMs: Math.min(limits.firstByteTimeoutMs, leftMs),
    ...(!isStream && { totalTimeoutMs: Math.min(limits.totalTimeoutMs, leftMs) }),
  };
}

/** What could not be converted was never tried. */
function countTries(failures: readonly AttemptFailure[]): number {
  let tries = 0;
  for (const { verdict } of failures) if (verdict !== 'unsuited') tries += 1;
  return tries;
}

function adapterOf(channel: Channel): ProviderAdapter {
  const adapter = findAdapter(channel.provider, channel.baseUrl);
  if (!adapter) throw new DomainError('conversion_not_implemented', channel.provider);
  return adapter;
}

function limitsOf({ timeLimits }: Channel, { isStream }: Call): CallLimits {
  return isStream ? timeLimits.stream : timeLimits.plain;
}

function isEventStream({ headers }: UpstreamCall): boolean {
  return /^text\/event-stream\b/i.test(String(headers['content-type']));
}

/** Where the refusal's body cannot be read, its status speaks alone. */
async function refuse(call: UpstreamCall, adapter: ProviderAdapter): Promise<never> {
  const body = await readErrorBody(call);
  throwUpstreamFailure(adapter.readFailure(call.status, body, readRetryAfter(call.headers)), call.status);
}

async function readErrorBody(call: UpstreamCall): Promise<JsonObject | undefined> {
  try {
    const bytes = await call.readAll(ERROR_BYTES_MAX);
    return parseObject(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Sound is passed on as it comes: a client would take compressed bytes for what it asked for. */
function assertNotEncoded({ headers }: UpstreamCall): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && !/^(?:identity)?$/i.test(encoding))
    throw new UpstreamError('malformed', 'an encoding that was not asked for');
}

function readWhole(answer: WholeAnswer, status: number): WholeAnswer {
  if (answer.reading.failure) throwUpstreamFailure(answer.reading.failure, status);
  return answer;
}

/** An answer that cannot be read is the channel's failure, as long as another one may still answer. */
function judge(error: unknown): AttemptFailure | DomainError {
  if (error instanceof AttemptFailure) return error;
  if (error instanceof UpstreamError && error.kind === 'too_large') {
    // Asked again, it would be as large again.
    return new DomainError('response_parse_failed', error.message, { cause: error });
  }
  if (error instanceof UpstreamError) return toAttemptFailure(error);
  if (error instanceof DomainError && error.code === 'conversion_not_implemented')
    return new AttemptFailure('unsuited', error.detail ?? error.code, { isUnsent: true, cause: error });
  if (error instanceof DomainError) {
    return error.code === 'response_parse_failed'
      ? new AttemptFailure('unreadable', error.message, { cause: error })
      : error;
  }
  return new DomainError('internal_error', 'attempt', { cause: error });
}
