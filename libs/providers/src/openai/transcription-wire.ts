import { NO_USAGE, type PieceUsage } from '@tokenbay/protocol';
import type { MediaWire } from '../media-wire.js';
import { type ErrorWire, readErrorBody } from '../openai-errors.js';
import { parseObject } from '../parse-object.js';
import type { AnswerReading, JsonObject, UsageReading } from '../provider.js';
import type { ScannedEvent, StreamScanner } from '../text-wire.js';
import { type MediaUsageWire, readMediaUsage, readSeconds } from './media-usage.js';
import { scanned } from './scanned.js';

/** What is read of a transcript in one of the formats of JSON, or of an event that brings a piece of one. */
interface TranscriptWire {
  readonly type?: unknown;
  readonly error?: ErrorWire | null;
  readonly text?: unknown;
  readonly delta?: unknown;
  readonly duration?: unknown;
  readonly usage?: MediaUsageWire | null;
}

/** What a transcript says of what it consumed. */
type Consumed = Pick<AnswerReading, 'usage' | 'pieces'>;

const MODALITIES = { input: 'audio', output: 'text' } as const;
const EVENT = /^transcript\.text\.(delta|segment|done)$/;

/** Recordings written down: OpenAI's `/audio/transcriptions` and `/audio/translations`, whose answers are alike. */
export function createTranscriptionWire(path: string): MediaWire {
  return {
    endpoint: () => ({ path }),
    amendRequest: (body, upstreamModel) => ({ ...body, model: upstreamModel }),
    readAnswer,
    openScanner: () => new TranscriptScanner(),
  };
}

function readAnswer(body: JsonObject): AnswerReading | undefined {
  const wire: TranscriptWire = body;
  if (wire.error) return { text: '', usage: undefined, failure: readErrorBody(wire.error) };
  if (typeof wire.text !== 'string') return undefined;
  return { text: wire.text, failure: undefined, ...readConsumed(wire) };
}

/** Models report tokens or a duration; the longer formats tell the duration besides. */
function readConsumed({ usage, duration }: TranscriptWire): Consumed {
  const tokens = readMediaUsage(usage, MODALITIES);
  const seconds = readSeconds(usage?.seconds) ?? readSeconds(duration);
  const pieces: PieceUsage = seconds === undefined ? {} : { seconds };
  return { usage: tokens ?? (seconds === undefined ? undefined : TOLD_BY_TIME), pieces };
}

/** A report without tokens. */
const TOLD_BY_TIME: UsageReading = { usage: NO_USAGE, isSuspect: false };

/** Follows a transcript as it is written: what says that it is complete waits for the ledger. */
class TranscriptScanner implements StreamScanner {
  hasBegun = false;
  readonly terminator = '';
  pieces: PieceUsage = {};
  private hasDeltas = false;

  read(data: string): ScannedEvent | undefined {
    const wire: TranscriptWire | undefined = parseObject(data);
    if (!wire) return undefined;
    if (wire.error) return scanned({ failure: readErrorBody(wire.error) });
    const kind = typeof wire.type === 'string' ? EVENT.exec(wire.type)?.[1] : undefined;
    if (kind === undefined) return undefined;
    this.hasBegun = true;
    if (kind === 'segment') return scanned({});
    if (kind === 'delta') {
      this.hasDeltas = true;
      return scanned({ text: textOf(wire.delta) });
    }
    const { usage, pieces = {} } = readConsumed(wire);
    this.pieces = pieces;
    // With speakers told apart only segments come before; what they say together stands here.
    const text = this.hasDeltas ? '' : textOf(wire.text);
    return scanned({ text, usage, isTail: true, isTerminator: true });
  }
}

function textOf(text: unknown): string {
  return typeof text === 'string' ? text : '';
}
