import { hash, randomBytes } from 'node:crypto';

/** What a generated secret begins with: client keys are `sk-`, admin tokens `adm-`. */
export type SecretPrefix = 'sk-' | 'adm-';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 40;
const CHECKSUM_LENGTH = 6;
const SECRET_LENGTH_MAX = 128;
const BODY = /^[0-9A-Za-z]+$/;

/** A new secret: prefix, 40 base62 characters of the system's random source (238 bits), six characters of checksum. */
export function generateSecret(prefix: SecretPrefix): string {
  let random = '';
  while (random.length < RANDOM_LENGTH) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      // 248 is the largest multiple of 62 below 256: beyond it some characters would be likelier than others.
      if (byte < 248 && random.length < RANDOM_LENGTH) random += ALPHABET.charAt(byte % 62);
    }
  }
  return prefix + random + checksum(prefix + random);
}

/** True where length, alphabet and checksum fit, so that a mistyped or invented secret is refused without a look-up. */
export function isWellFormedSecret(text: string, prefix: SecretPrefix): boolean {
  const lengthMin = prefix.length + 32 + CHECKSUM_LENGTH;
  if (text.length < lengthMin || text.length > SECRET_LENGTH_MAX || !text.startsWith(prefix)) return false;
  if (!BODY.test(text.slice(prefix.length))) return false;
  return checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

function checksum(text: string): string {
  let rest = parseInt(hash('sha256', text).slice(0, 12), 16);
  let out = '';
  for (let index = 0; index < CHECKSUM_LENGTH; index += 1) {
    out += ALPHABET.charAt(rest % 62);
    rest = Math.floor(rest / 62);
  }
  return out;
}
