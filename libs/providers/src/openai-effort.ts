import type { CanonicalCall, DroppedFields, ReasoningEffort } from '@tokenbay/protocol';
import type { ModelTraits } from './openai-models.js';

const ORDER: readonly (ReasoningEffort | 'none')[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];
/** Up to so many tokens of thinking are this effort. */
const BUDGETS: readonly (readonly [tokens: number, effort: ReasoningEffort])[] = [
  [2_048, 'low'],
  [8_192, 'medium'],
];

/**
 * The effort to ask an OpenAI model for; a budget is the effort that comes nearest. A model that does not know the effort gets the next that
 * it knows, and one that knows none is asked for none and reasons as it does.
 */
export function chooseEffort(
  { reasoning }: CanonicalCall,
  { efforts }: ModelTraits,
  dropped: DroppedFields,
): string | undefined {
  if (reasoning === undefined) return undefined;
  if (reasoning.mode === 'off') {
    const [least] = efforts;
    return least === 'none' || least === 'minimal' ? least : undefined;
  }
  const effort = reasoning.effort ?? effortOf(reasoning.budgetTokens);
  if (effort === undefined) return undefined;
  if (efforts.length > 0) return nearest(effort, efforts);
  dropped.drop('reasoning');
  return undefined;
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
