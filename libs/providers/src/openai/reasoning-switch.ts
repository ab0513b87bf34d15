import type { CanonicalCall, DroppedFields } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { ReasoningSwitch } from './endpoint.js';

/** Switches reasoning on or off as the provider knows it; how much of it is a hint that only some can take. */
export function switchReasoning(
  { reasoning }: CanonicalCall,
  reasoningSwitch: ReasoningSwitch,
  { isStream, dropped }: { readonly isStream: boolean; readonly dropped: DroppedFields },
): JsonObject {
  if (reasoning === undefined) return {};
  const isOn = reasoning.mode === 'on';
  if (reasoningSwitch === 'thinking') return { thinking: { type: isOn ? 'enabled' : 'disabled' } };
  const budget = isOn ? reasoning.budgetTokens : undefined;
  if (reasoningSwitch === 'enable_thinking') {
    // Several of its models reason in streams only, and refuse to elsewhere.
    if (isOn && !isStream) dropped.drop('reasoning');
    return { enable_thinking: isOn && isStream, ...(isStream && budget !== undefined && { thinking_budget: budget }) };
  }
  if (!isOn) return { reasoning: { enabled: false } };
  if (budget !== undefined) return { reasoning: { max_tokens: budget } };
  const { effort } = reasoning;
  return { reasoning: effort === undefined ? { enabled: true } : { effort } };
}
