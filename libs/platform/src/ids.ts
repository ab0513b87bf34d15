import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const pool = Buffer.alloc(POOL_BYTES);
let used = POOL_BYTES;
/** The milliseconds that the last id was made in, and how they are written. */
let lastMs = NaN;
let lastTime = '';

/** A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits, so that ids sort by time. */
export function uuidv7(): string {
  if (used + 10 > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString('hex', used, used + 10);
  used += 10;
  const nowMs = Date.now();
  if (nowMs !== lastMs) {
    const time = nowMs.toString(16).padStart(12, '0');
    lastTime = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    lastMs = nowMs;
  }
  const variant = '89ab'.charAt(parseInt(random.charAt(3), 16) & 3);
  return `${lastTime}${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}

/** When a UUID of version 7 was made, in Unix milliseconds. */
export function timeOfUuidv7(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
