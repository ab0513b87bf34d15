import type { ErrorView } from '@tokenbay/platform';
import type { CanonicalAnswer, CanonicalEvent, JsonObject } from '@tokenbay/protocol';

/** Writes canonical answers in one dialect. Each surface has one, and its Call carries it. */
export interface AnswerRenderer {
  /** Of a stream: `text/event-stream; charset=utf-8`, or `application/json` for Gemini's array. */
  readonly streamType: string;
  /** The body of a whole answer. */
  renderAnswer(answer: CanonicalAnswer, context: RenderContext): string;
  openStream(context: RenderContext): StreamRenderer;
  /** The dialect's error event for a stream that passed through; `progress` is what its scanner has kept of it. */
  renderFailure(error: ErrorView, progress: JsonObject | undefined): string;
}

/** What an answer says of itself that the upstream does not decide. */
export interface RenderContext {
  /** Ids of answers are made from it, in the dialect's form. */
  readonly requestId: string;
  /** The public name, never the upstream's. */
  readonly model: string;
  readonly createdAtSeconds: number;
  /** True where the client asked for usage reporting in its stream (Chat); other dialects always report. */
  readonly wantsUsage: boolean;
}

/**
 * Writes one streamed answer. It is given events in the order that CanonicalEvent promises, and what it has written is a legal stream of its
 * dialect once `end` was pushed or `fail` was called: every block closed, usage last, exactly one terminator, and none after a failure.
 */
export interface StreamRenderer {
  /**
   * What the client gets for this event; empty where it waits for a later one. Everything written from the last choice's `finish` on is the
   * tail, which the relay keeps back until the charge is durable: nothing that says "finished" is written before.
   */
  push(event: CanonicalEvent): string;
  /** The dialect's error event, the last thing written. Legal at any point, also before the first event. */
  fail(error: ErrorView): string;
}
