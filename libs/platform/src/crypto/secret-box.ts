import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretsKey } from './secrets-key.js';

const KEY_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts secrets at rest with AES-256-GCM. A sealed value is: key version (1 byte), nonce (12), tag (16), ciphertext. */
export class SecretBox {
  private readonly key: Buffer;

  constructor(secretsKey: SecretsKey) {
    this.key = secretsKey.derive('secret-box/1');
  }

  /** Seals a secret so that it opens only in the same context (`table.column:row`): moved to another row, it does not open. */
  seal(plaintext: string, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(context));
    const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(KEY_VERSION), nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** Opens a sealed secret; throws where it was altered, belongs to another context, or was sealed under another `SECRETS_KEY`. */
  open(sealed: Buffer, context: string): string {
    if (sealed[0] !== KEY_VERSION) throw new Error('sealed under an unknown key version');
    const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
    const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(context)).setAuthTag(tag);
    return decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  }
}
