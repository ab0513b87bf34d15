import { hash } from 'node:crypto';
import type { SecretsKey } from './secrets-key.js';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Longer texts are hashed as well, in a buffer made for them. */
const BUFFERED_BYTES = 1_024;

/**
 * Hashes keys and tokens for storage and look-up: HMAC-SHA-256 (RFC 2104) with a pepper that is not in the database. Every request needs
 * one, so it is made of two plain hashes over kept buffers: Node's `Hmac` is an object of the system for each hash, which costs far more than
 * the hash to make and to collect.
 */
export class SecretHasher {
  private readonly inner = Buffer.alloc(BLOCK_BYTES + BUFFERED_BYTES, 0x36);
  private readonly outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

  constructor(secretsKey: SecretsKey) {
    for (const [index, byte] of secretsKey.derive('secret-hash/1').entries()) {
      this.inner[index]! ^= byte;
      this.outer[index]! ^= byte;
    }
  }

  /** 32 bytes, the same for the same secret under the same `SECRETS_KEY`. */
  hash(secret: string): Buffer {
    return Buffer.from(this.hashText(secret), 'base64');
  }

  /** The same 32 bytes in base64. */
  hashText(secret: string): string {
    const bytes = Buffer.byteLength(secret);
    const inner = bytes <= BUFFERED_BYTES ? this.inner : Buffer.concat([this.inner, Buffer.alloc(bytes)]);
    inner.write(secret, BLOCK_BYTES);
    this.outer.write(hash('sha256', inner.subarray(0, BLOCK_BYTES + bytes), 'binary'), BLOCK_BYTES, 'binary');
    return hash('sha256', this.outer, 'base64');
  }
}
