import type { MediaWire } from '../media-wire.js';
import { type ErrorWire, readErrorBody } from '../openai-errors.js';
import { parseObject } from '../parse-object.js';
import type { AnswerReading, JsonObject } from '../provider.js';
import type { ScannedEvent, StreamScanner } from '../text-wire.js';
import { type MediaUsageWire, readMediaUsage } from './media-usage.js';
import { scanned } from './scanned.js';

/** What is read of an event with sound, or of a body that has none. */
interface SpeechWire {
  readonly type?: unknown;
  readonly error?: ErrorWire | null;
  readonly usage?: MediaUsageWire | null;
}

const MODALITIES = { input: 'text', output: 'audio' } as const;

/** Texts spoken: OpenAI's `/audio/speech`. Sound itself says nothing of usage; only events do. */
export function createSpeechWire(path: string): MediaWire {
  return {
    endpoint: () => ({ path }),
    amendRequest: (body, upstreamModel) => ({ ...body, model: upstreamModel }),
    readAnswer,
    openScanner: () => new SpeechScanner(),
  };
}

/** JSON is never what was asked for; it may say what went wrong. */
function readAnswer(body: JsonObject): AnswerReading | undefined {
  const { error }: SpeechWire = body;
  return error ? { text: '', usage: undefined, failure: readErrorBody(error) } : undefined;
}

/** Follows sound that comes in events: what says that all was spoken waits for the ledger. */
class SpeechScanner implements StreamScanner {
  hasBegun = false;
  readonly terminator = '';

  read(data: string): ScannedEvent | undefined {
    const wire: SpeechWire | undefined = parseObject(data);
    if (!wire) return undefined;
    if (wire.error) return scanned({ failure: readErrorBody(wire.error) });
    const isDone = wire.type === 'speech.audio.done';
    if (!isDone && wire.type !== 'speech.audio.delta') return undefined;
    this.hasBegun = true;
    return isDone
      ? scanned({ usage: readMediaUsage(wire.usage, MODALITIES), isTail: true, isTerminator: true })
      : scanned({});
  }
}
