import type { Stop, UsageReading } from './answer.js';
import type { Citation, OutputPart, TokenLogprob } from './content.js';
import type { Seal } from './seal.js';

/**
 * One step of a streamed answer. Readers give, and renderers may rely on, this order:
 *
 *   start (part_start part_delta* part_end)* finish … usage? end
 *
 * `start` comes once and first. Per choice, parts are numbered from 0 and at most one is open: a reader closes one part before it opens the
 * next. Choices may interleave. `finish` comes once per choice, behind its last `part_end`, and nothing of that choice follows. `usage` may
 * come any number of times from `start` on, each replacing the one before; the last is behind every `finish`. `end` comes once and last,
 * and only where every choice has finished. A failure is no event: it is the reader's `failure`, which the relay judges.
 */
export type CanonicalEvent =
  | { readonly type: 'start'; readonly id: string }
  | { readonly type: 'part_start'; readonly choice: number; readonly part: number; readonly opening: PartOpening }
  | { readonly type: 'part_delta'; readonly choice: number; readonly part: number; readonly delta: PartDelta }
  | { readonly type: 'part_end'; readonly choice: number; readonly part: number }
  | { readonly type: 'finish'; readonly choice: number; readonly stop: Stop }
  | { readonly type: 'usage'; readonly reading: UsageReading }
  | { readonly type: 'end' };

/** What is known of a part when it begins. Its text, input and seal come as deltas; what cannot come in pieces is complete here. */
export type PartOpening =
  | { readonly type: 'text' }
  | { readonly type: 'reasoning'; readonly id?: string; readonly isRedacted?: boolean }
  | { readonly type: 'refusal' }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly kind: 'function' | 'custom';
      readonly itemId?: string;
    }
  | Extract<OutputPart, { readonly type: 'image' }>
  | { readonly type: 'audio'; readonly mediaType: string };

/** A piece of an open part. Renderers skip what their dialect cannot show. */
export type PartDelta =
  | {
      /** Of text, reasoning, a refusal, or the transcript of audio. */
      readonly kind: 'text';
      readonly text: string;
      readonly logprobs?: readonly TokenLogprob[];
    }
  | {
      /** Of a tool call's input: JSON text in any cut. */
      readonly kind: 'input';
      readonly text: string;
    }
  | {
      /** Base64 of audio; each piece decodes by itself. */
      readonly kind: 'audio';
      readonly data: string;
    }
  | { readonly kind: 'citation'; readonly citation: Citation }
  | {
      /** Whole, at most once per part. */
      readonly kind: 'seal';
      readonly seal: Seal;
    };
