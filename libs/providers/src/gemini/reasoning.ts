import type { CanonicalCall, ReasoningEffort, ReasoningSettings } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';
import type { ModelTraits, ThinkingLevel } from './model-traits.js';

type ReasoningOn = Extract<ReasoningSettings, { readonly mode: 'on' }>;

/** Every model that thinks by a budget takes at least this. */
const BUDGET_MIN = 128;
/** What must be left of the output limit for the answer itself. */
const ANSWER_TOKENS_MIN = 256;
/** Every model that thinks by a budget takes this much. */
const BUDGET_MAX = 24_576;
/** As Google's own reading of OpenAI's efforts. */
const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  ...{ minimal: 1_024, low: 1_024, medium: 8_192, high: BUDGET_MAX, xhigh: BUDGET_MAX, max: BUDGET_MAX },
};
const ORDER: readonly ThinkingLevel[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];
const LEVELS: Readonly<Record<ReasoningEffort, ThinkingLevel>> = {
  ...{ minimal: 'MINIMAL', low: 'LOW', medium: 'MEDIUM', high: 'HIGH', xhigh: 'HIGH', max: 'HIGH' },
};
/** Up to so many tokens of thinking are this level. */
const LEVEL_BUDGETS: readonly (readonly [tokens: number, level: ThinkingLevel])[] = [
  [2_048, 'LOW'],
  [8_192, 'MEDIUM'],
];

/**
 * Asks for thinking in the form that the model knows. One that does not think is not asked; one that cannot stop thinks as little as it
 * can. A budget leaves room for the answer within the output limit.
 */
export function writeReasoning(
  { reasoning }: CanonicalCall,
  traits: ModelTraits,
  limits: Pick<WriteTerms, 'dropped'> & { readonly outputTokensMax: number | undefined },
): JsonObject {
  if (reasoning === undefined) return {};
  if (traits.thinking === 'none') {
    if (reasoning.mode === 'on') limits.dropped.drop('reasoning');
    return {};
  }
  if (reasoning.mode === 'off')
    return {
      thinkingConfig:
        traits.thinking === 'level'
          ? { thinkingLevel: traits.levels[0] }
          : { thinkingBudget: traits.canStopThinking ? 0 : BUDGET_MIN },
    };
  const amount = traits.thinking === 'level' ? levelOf(reasoning, traits) : budgetOf(reasoning, limits);
  return { thinkingConfig: { ...amount, includeThoughts: reasoning.summary !== 'omitted' } };
}

/** The level itself or the next above it that the model knows. Neither effort nor budget: the model decides. */
function levelOf({ effort, budgetTokens }: ReasoningOn, { levels }: ModelTraits): JsonObject {
  const budgeted =
    budgetTokens === undefined ? undefined : (LEVEL_BUDGETS.find(([tokens]) => budgetTokens <= tokens)?.[1] ?? 'HIGH');
  const wanted = effort ? LEVELS[effort] : budgeted;
  if (wanted === undefined) return {};
  return { thinkingLevel: levels.find((level) => ORDER.indexOf(level) >= ORDER.indexOf(wanted)) ?? 'HIGH' };
}

function budgetOf(
  { effort, budgetTokens }: ReasoningOn,
  { outputTokensMax }: { readonly outputTokensMax: number | undefined },
): JsonObject {
  const wanted = budgetTokens ?? (effort && BUDGETS[effort]);
  const room = (outputTokensMax ?? Infinity) - ANSWER_TOKENS_MIN;
  if (wanted === undefined) return room < BUDGET_MAX ? { thinkingBudget: Math.max(BUDGET_MIN, room) } : {};
  return { thinkingBudget: Math.max(BUDGET_MIN, Math.min(wanted, room, BUDGET_MAX)) };
}
