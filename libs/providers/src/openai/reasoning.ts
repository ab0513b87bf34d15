import type { CanonicalCall, DroppedFields, ReasoningEffort } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { ModelTraits } from './model-traits.js';

const ORDER: readonly (ReasoningEffort | 'none')[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
/** Up to so many tokens of thinking are this effort. */
const BUDGETS: readonly (readonly [tokens: number, effort: ReasoningEffort])[] = [
  [2_048, 'low'],
  [8_192, 'medium'],
];

/**
 * Asks for reasoning by effort, a budget by the effort that comes nearest. A model that does not know the effort gets the next that it knows,
 * and one that knows none reasons as it does.
 */
export function writeReasoning(
  { reasoning }: CanonicalCall,
  { efforts }: ModelTraits,
  dropped: DroppedFields,
): JsonObject {
  if (reasoning === undefined) return {};
  if (reasoning.mode === 'off') {
    const [least] = efforts;
    return least === 'none' || least === 'minimal' ? { reasoning_effort: least } : {};
  }
  const effort = reasoning.effort ?? effortOf(reasoning.budgetTokens);
  if (effort === undefined) return {};
  if (efforts.length > 0) return { reasoning_effort: nearest(effort, efforts) };
  dropped.drop('reasoning');
  return {};
}

function effortOf(budgetTokens: number | undefined): ReasoningEffort | undefined {
  if (budgetTokens === undefined) return undefined;
  return BUDGETS.find(([tokens]) => budgetTokens <= tokens)?.[1] ?? 'high';
}

/** The effort itself or the next above it, else the highest there is; never none. */
function nearest(effort: ReasoningEffort, efforts: ModelTraits['efforts']): string {
  const rank = ORDER.indexOf(effort);
  return efforts.find((known) => known !== 'none' && ORDER.indexOf(known) >= rank) ?? efforts.at(-1)!;
}
