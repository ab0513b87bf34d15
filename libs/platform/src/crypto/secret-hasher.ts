import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { SecretsKey } from './secrets-key.js';

/** Hashes keys and tokens for storage and look-up: HMAC-SHA-256 with a pepper that is not in the database. */
export class SecretHasher {
  /** As a key object: a raw one would be imported anew for each hash, which costs more than the hash. */
  private readonly pepper: KeyObject;

  constructor(secretsKey: SecretsKey) {
    this.pepper = createSecretKey(secretsKey.derive('secret-hash/1'));
  }

  /** 32 bytes, the same for the same secret under the same `SECRETS_KEY`. */
  hash(secret: string): Buffer {
    return createHmac('sha256', this.pepper).update(secret).digest();
  }
}
