import { createHmac } from 'node:crypto';
import type { SecretsKey } from './secrets-key.js';

/** Hashes keys and tokens for storage and look-up: HMAC-SHA-256 with a pepper that is not in the database. */
export class SecretHasher {
  private readonly pepper: Buffer;

  constructor(secretsKey: SecretsKey) {
    this.pepper = secretsKey.derive('secret-hash/1');
  }

  /** 32 bytes, the same for the same secret under the same `SECRETS_KEY`. */
  hash(secret: string): Buffer {
    return createHmac('sha256', this.pepper).update(secret).digest();
  }
}
