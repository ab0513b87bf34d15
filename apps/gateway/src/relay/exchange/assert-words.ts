import { DomainError } from '@tokenbay/errors';
import type { CanonicalCall, Turn, WireFormat } from '@tokenbay/protocol';
import { AttemptFailure } from '../attempt.js';

/** What holds the conversation, by the format that the client speaks. */
const FIELDS: Readonly<Record<WireFormat, string>> = {
  'openai-chat': 'messages',
  'openai-responses': 'input',
  'anthropic-messages': 'messages',
  'gemini-generate': 'contents',
};

/**
 * Sends the relay to the next channel, and the client where there is none a refusal that names the field, where the conversation ends in a user
 * who says nothing: its providers refuse empty texts, and left out the model would go on with its own last words. Instructions before it are
 * taken as what the user says.
 */
export function assertWords({ turns }: CanonicalCall, format: WireFormat): void {
  const spoken = turns.filter(({ role }) => role !== 'system' && role !== 'developer');
  const last = spoken.at(-1);
  if (last?.role !== 'user' || !isSilent(last)) return;
  if (turns.length > spoken.length && spoken.every(isSilent)) return;
  const param = FIELDS[format];
  const message = `${param}: the last text of the user is empty, which the providers of this model do not take.`;
  const cause = new DomainError('invalid_request', param, { param, message });
  throw new AttemptFailure('unsuited', param, { isUnsent: true, cause });
}

function isSilent({ content }: Turn): boolean {
  return content.every((part) => part.type === 'text' && part.text === '');
}
