import { createHmac, randomBytes } from 'node:crypto';

/** Secrets and signatures of Standard Webhooks 1.0 (standardwebhooks.com, read 2026-11-22), which OpenAI's libraries verify too. */
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;
const SECRET_BYTES_MIN = 24;
const SECRET_BYTES_MAX = 64;

/** A new secret: `whsec_` and 32 bytes of the system's random source in base64. */
export function generateWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** Whether a text is a secret: `whsec_` and 24 to 64 bytes in base64, with its padding. */
export function isWebhookSecret(text: string): boolean {
  if (!text.startsWith(PREFIX)) return false;
  const bytes = keyOf(text);
  return (
    bytes.length >= SECRET_BYTES_MIN &&
    bytes.length <= SECRET_BYTES_MAX &&
    bytes.toString('base64') === text.slice(PREFIX.length)
  );
}

/** What is signed: a message that keeps its id over all attempts, at the moment of this one. */
export interface SignedWebhook {
  readonly id: string;
  /** Whole Unix seconds. */
  readonly timestamp: number;
  readonly body: string;
}

/** The value of `webhook-signature`: HMAC-SHA-256 of id, timestamp and body, by each secret, with spaces between them. */
export function signWebhook(secrets: readonly string[], { id, timestamp, body }: SignedWebhook): string {
  const signed = `${id}.${timestamp}.${body}`;
  return secrets.map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`).join(' ');
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}
