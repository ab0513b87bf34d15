import type { ErrorCode } from '@tokenbay/errors';
import type { DroppedFields, JsonObject, VideoCall } from '@tokenbay/protocol';
import type { UpstreamFailure } from './provider.js';

/**
 * One provider's way of generating videos: submit, poll, fetch. Pure and without state; whatever a task must remember between two calls is
 * its VideoHandle and, once it is completed, the VideoResult.
 */
export interface VideoWire {
  /**
   * What is asked for, and how. Nothing is sent, so it can be called before points are held. Throws `invalid_request` naming the client's
   * field where this model of the provider does not offer a value, `conversion_not_implemented` where the provider cannot carry a field at
   * all; a hint it cannot carry goes to `terms.dropped`.
   */
  writeSubmission(call: VideoCall, terms: VideoTerms): VideoSubmission;
  /**
   * What an answer to the submission means, whatever came: `body` is the parsed JSON, or the text where it is none, or undefined where it is
   * empty. Never throws.
   */
  readSubmission(status: number, body: unknown, retryAfterSeconds: number | undefined): VideoSubmissionReading;
  /** Asks how the task is. May be sent at any time and any number of times, also after it has ended: it then answers a fresh result URL. */
  pollRequest(handle: VideoHandle): VideoRequest;
  /**
   * What an answer to the poll means; `body` as in readSubmission. Never throws. A state this build does not know is `running`. An answer
   * that is none (a web page, an error, another task's, `completed` without a result) is `unknown`, never a failure: ask again. `failed`
   * only where the provider says so in its own form, its authentic "there is no such task" included.
   */
  readPoll(status: number, body: unknown, handle: VideoHandle): VideoProgress;
  /**
   * False where the provider takes pictures as bytes only: a picture that is a URL must then be fetched, guarded like every foreign URL, and
   * handed over as bytes; writeSubmission refuses it otherwise.
   */
  readonly takesImageUrls: boolean;
  readonly pollPace: VideoPollPace;
}

/** What is asked for in place of what the client asked for, and where left out fields are noted. */
export interface VideoTerms {
  readonly upstreamModel: string;
  readonly dropped: DroppedFields;
}

/** A submission that can be sent once, and what it comes to. */
export interface VideoSubmission {
  readonly request: VideoRequest;
  /** Whole seconds that will be generated: the client's, or this model's default, which is then sent or documented. Points are held for these. */
  readonly seconds: number;
  /** `1280x720` where size, or resolution and ratio, tell; undefined where the model decides. */
  readonly size: string | undefined;
}

/** One request to the provider: below the channel's base URL, beside the adapter's own `headers(secret)`. */
export interface VideoRequest {
  readonly method: 'GET' | 'POST';
  /** Begins with `/`; query included. */
  readonly path: string;
  /** Without credential and content type. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: VideoRequestBody;
}

/** A JSON object, or a form in the order of its parts. */
export type VideoRequestBody =
  | { readonly kind: 'json'; readonly json: JsonObject }
  | { readonly kind: 'multipart'; readonly parts: readonly VideoFormPart[] };

/** A field of a form, or a file in it. */
export type VideoFormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly fileName: string; readonly mediaType: string; readonly bytes: Uint8Array };

/** What a running task must remember to be asked about. */
export interface VideoHandle {
  /** As readSubmission gave it: 1 to 512 characters of `[A-Za-z0-9._:/-]`, safe in a path. */
  readonly upstreamId: string;
  readonly upstreamModel: string;
}

/**
 * What became of a submission. `refused`: the provider said no in its own form, nothing runs there. `unknown`: it may run (5xx, a page of a
 * proxy, 2xx without an id); like a lost answer it is never repeated, and its cost may be the platform's.
 */
export type VideoSubmissionReading =
  | { readonly outcome: 'accepted'; readonly upstreamId: string }
  | { readonly outcome: 'refused'; readonly failure: UpstreamFailure }
  | { readonly outcome: 'unknown'; readonly failure: UpstreamFailure };

/** How a task is. `percent` is 0–99 where the provider tells; it may go back. */
export type VideoProgress =
  | { readonly state: 'queued' | 'running'; readonly percent?: number }
  | { readonly state: 'completed'; readonly result: VideoResult; readonly usage?: VideoUsage }
  | { readonly state: 'failed'; readonly error: VideoError }
  | { readonly state: 'unknown'; readonly failure: UpstreamFailure };

/** Where the video is. */
export type VideoResult =
  | {
      /** A URL that came from elsewhere: only through the guarded fetch, without any credential. */
      readonly kind: 'url';
      readonly url: string;
      /** Seconds from the completion of the task, where the provider documents them. A poll tells a fresh URL while it knows the task. */
      readonly validSeconds?: number;
    }
  | {
      /** At the provider itself: GET below the channel's base URL with the adapter's `headers(secret)`; a redirect leaves without them. */
      readonly kind: 'provider';
      readonly path: string;
      readonly validSeconds?: number;
    };

/** What the provider says it generated, as it says it: a positive whole number or absent. Charged in place of what was admitted, never above the hold. */
export interface VideoUsage {
  readonly seconds?: number;
}

/** Why a task failed, as its client is told. */
export interface VideoError {
  /** `content_policy_violation` and `invalid_request` speak of the client's own request; `upstream_failed` of the provider. */
  readonly code: Extract<ErrorCode, 'content_policy_violation' | 'invalid_request' | 'upstream_failed'>;
  /** One sentence, cleaned of hosts, keys and organisation names. */
  readonly message: string;
}

/** When to ask how a task is, milliseconds: first after `firstMs`, then ever more slowly from `minMs` to `maxMs`. */
export interface VideoPollPace {
  readonly firstMs: number;
  readonly minMs: number;
  readonly maxMs: number;
}
