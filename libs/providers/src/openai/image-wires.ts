import type { PieceUsage, TokenUsage } from '@tokenbay/protocol';
import type { MediaScanTerms, MediaWire } from '../media-wire.js';
import { parseObject } from '../parse-object.js';
import type { AnswerReading, JsonObject, PictureTraits, UsageReading } from '../provider.js';
import type { ScannedEvent, StreamScanner } from '../text-wire.js';
import { type ErrorWire, readErrorBody } from '../openai-errors.js';
import { type MediaUsageWire, readMediaUsage } from './media-usage.js';
import { scanned } from './scanned.js';
import { arrayOf } from './wire.js';

/** What is read of an answer with pictures, or of an event that brings one. */
interface ImagesWire {
  readonly type?: unknown;
  readonly error?: ErrorWire | null;
  readonly data?: readonly unknown[] | null;
  readonly quality?: unknown;
  readonly size?: unknown;
  readonly usage?: MediaUsageWire | null;
}

const MODALITIES = { input: 'text', output: 'image' } as const;
const EVENT = /^image_(generation|edit)\.(partial_image|completed)$/;

/** Pictures made or changed: OpenAI's `/images/generations` and `/images/edits`, whose answers are the same. */
export function createImageWire(path: string): MediaWire {
  return {
    endpoint: () => ({ path }),
    amendRequest: (body, upstreamModel) => ({ ...body, model: upstreamModel }),
    readAnswer,
    openScanner: (terms) => new ImageScanner(terms),
  };
}

function readAnswer(body: JsonObject): AnswerReading | undefined {
  const wire: ImagesWire = body;
  if (wire.error) return { text: '', usage: undefined, failure: readErrorBody(wire.error) };
  const images = arrayOf(wire.data);
  if (!images) return undefined;
  return {
    ...{ text: '', failure: undefined },
    usage: readMediaUsage(wire.usage, MODALITIES),
    pieces: { images: images.length },
    traits: traitsOf(wire),
  };
}

function traitsOf({ quality, size }: ImagesWire): PictureTraits {
  return {
    quality: typeof quality === 'string' ? quality : undefined,
    size: typeof size === 'string' ? size : undefined,
  };
}

/**
 * Follows a stream of pictures. Partial ones flow; from the first finished one on everything waits for the ledger. Each finished one reports
 * the tokens of its own picture, and those of the prompt that all share.
 */
class ImageScanner implements StreamScanner {
  hasBegun = false;
  readonly terminator = '';
  traits: PictureTraits | undefined;
  private images = 0;
  private usage: UsageReading | undefined;

  constructor(private readonly terms: MediaScanTerms) {}

  get pieces(): PieceUsage {
    return { images: this.images };
  }

  read(data: string): ScannedEvent | undefined {
    const wire: ImagesWire | undefined = parseObject(data);
    if (!wire) return undefined;
    if (wire.error) return scanned({ failure: readErrorBody(wire.error) });
    const kind = typeof wire.type === 'string' ? EVENT.exec(wire.type)?.[2] : undefined;
    if (kind === undefined) return undefined;
    this.hasBegun = true;
    if (kind === 'partial_image') return scanned({});
    this.images += 1;
    this.traits = traitsOf(wire);
    this.usage = together(this.usage, readMediaUsage(wire.usage, MODALITIES));
    return scanned({ usage: this.usage, isTail: true, isTerminator: this.images >= this.terms.choices });
  }
}

function together(before: UsageReading | undefined, next: UsageReading | undefined): UsageReading | undefined {
  if (!before || !next) return next ?? before;
  const usage: TokenUsage = {
    ...next.usage,
    outputTokens: before.usage.outputTokens + next.usage.outputTokens,
    imageOutputTokens: (before.usage.imageOutputTokens ?? 0) + (next.usage.imageOutputTokens ?? 0),
  };
  return { usage, isSuspect: before.isSuspect || next.isSuspect };
}
