import { hkdfSync } from 'node:crypto';

/** The master key of `SECRETS_KEY`, from which every other key is derived by purpose. */
export class SecretsKey {
  private constructor(private readonly master: Buffer) {}

  /** Reads 32 bytes of base64; answers undefined where it is anything else or obviously no random key. */
  static parse(text: string): SecretsKey | undefined {
    const master = Buffer.from(text, 'base64');
    const isBase64 = /^[A-Za-z0-9+/]{43}=$/.test(text);
    return isBase64 && master.length === 32 && new Set(master).size > 8 ? new SecretsKey(master) : undefined;
  }

  /** A 32-byte key for one purpose; different purposes get unrelated keys. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.master, 'tokenbay', purpose, 32));
  }
}
