import { readSeal, type Seal, writeSeal } from '@tokenbay/protocol';

const FORMAT = 'gemini-generate';
/** The base64 of `tokenbay.`. */
const FOREIGN = 'dG9rZW5iYXku';

/**
 * A seal as a client of this dialect carries it. Google's libraries take a signature for bytes, so that one that another provider made must
 * be base64 as a whole.
 */
export function carrySeal(seal: Seal): string {
  return seal.format === FORMAT ? seal.value : Buffer.from(writeSeal(seal, FORMAT)).toString('base64');
}

/** Reads what `carrySeal` wrote, in either alphabet of base64, or what the client got from its dialect's own provider. */
export function readCarriedSeal(carried: unknown): Seal | undefined {
  if (typeof carried !== 'string' || !carried.startsWith(FOREIGN)) return readSeal(carried, FORMAT);
  return readSeal(Buffer.from(carried, 'base64').toString('utf8'), FORMAT);
}
