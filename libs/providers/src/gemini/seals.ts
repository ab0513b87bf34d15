import type { Seal } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';

const FORMAT = 'gemini-generate';
/** Taken in place of a signature for a call that the model has not made itself: the documented way to continue what another began. */
const NO_SIGNATURE = 'skip_thought_signature_validator';

/** The seal as the provider wants it back; nothing where another made it. */
export function writeSealed(seal: Seal | undefined): { thoughtSignature?: string } {
  return seal?.format === FORMAT ? { thoughtSignature: seal.value } : {};
}

/**
 * The parts of one turn of the model with a signature on its first call of a function, without which the turn would be refused when it comes
 * back. Calls beside the first have none.
 */
export function withDemandedSeal(parts: readonly JsonObject[]): readonly JsonObject[] {
  const first = parts.findIndex((part) => part['functionCall'] !== undefined && part['functionCall'] !== null);
  if (first === -1 || typeof parts[first]!['thoughtSignature'] === 'string') return parts;
  return parts.with(first, { ...parts[first], thoughtSignature: NO_SIGNATURE });
}
