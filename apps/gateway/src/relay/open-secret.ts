import type { ChannelKey } from '@tokenbay/channels';
import { AttemptFailure } from './attempt.js';

/** A key's secret. Throws AttemptFailure where it does not open: it is no use then, another key may be. */
export function openSecret(key: ChannelKey): string {
  try {
    return key.secret();
  } catch (error) {
    throw new AttemptFailure('key', 'its secret does not open', { finding: 'secret_unreadable', cause: error });
  }
}
