import type { TextCall } from '../../relay/call.js';

/** Beyond this a request needs to be let by a word in its header, and is charged more. */
const ORDINARY_CONTEXT_TOKENS = 200_000;
const LONG_CONTEXT = /^context-\d+m-/i;
const HEADER = 'anthropic-beta';

/**
 * The call without the word that opens a context longer than the ordinary one, where the model is sold with no more: its input is held for,
 * and charged, up to what its context is said to be. The provider then refuses what is too long.
 */
export function withinContext<C extends Pick<TextCall, 'headers'>>(call: C, contextTokensMax: number): C {
  if (contextTokensMax > ORDINARY_CONTEXT_TOKENS) return call;
  const { [HEADER]: betas, ...others } = call.headers ?? {};
  if (betas === undefined) return call;
  const names = betas.split(',');
  const kept = names.filter((name) => !LONG_CONTEXT.test(name.trim()));
  if (kept.length === names.length) return call;
  return { ...call, headers: kept.length === 0 ? others : { ...others, [HEADER]: kept.join(',').trim() } };
}
