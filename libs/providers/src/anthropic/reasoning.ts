import type { CanonicalCall, ReasoningEffort, ReasoningSettings } from '@tokenbay/protocol';
import type { JsonObject } from '../provider.js';
import type { WriteTerms } from '../text-wire.js';
import type { ModelTraits } from './model-traits.js';

type ReasoningOn = Extract<ReasoningSettings, { readonly mode: 'on' }>;

const BUDGET_MIN = 1_024;
/** What must be left of the output limit for the answer itself. */
const ANSWER_TOKENS_MIN = 256;
const BUDGETS: Readonly<Record<ReasoningEffort, number>> = {
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_768,
  max: 32_768,
};

/** How a request asks for reasoning. */
export interface WrittenReasoning {
  readonly thinking?: JsonObject;
  readonly effort?: string;
}

/**
 * Asks for reasoning in the form that the model knows. Where it cannot be had together with a tool that must be called, with a small output
 * limit, or with a history whose reasoning the client could not keep, it is left out: the answer is then only less thought over.
 */
export function writeReasoning(
  call: CanonicalCall,
  { thinking: form }: ModelTraits,
  limits: Pick<WriteTerms, 'dropped'> & { readonly outputTokensMax: number },
): WrittenReasoning {
  const settings = call.reasoning;
  if (settings === undefined || settings.mode === 'off') return {};
  if (isToolForced(call)) return leaveOut(limits);
  const display = displayOf(settings);
  if (form === 'adaptive') {
    if (settings.budgetTokens !== undefined) limits.dropped.drop('reasoning.budget_tokens');
    return { thinking: { type: 'adaptive', ...display }, ...effortOf(settings) };
  }
  const budget = Math.min(
    settings.budgetTokens ?? BUDGETS[settings.effort ?? 'medium'],
    limits.outputTokensMax - ANSWER_TOKENS_MIN,
  );
  if (budget < BUDGET_MIN || lacksSealedReasoning(call)) return leaveOut(limits);
  return { thinking: { type: 'enabled', budget_tokens: budget, ...display } };
}

function leaveOut({ dropped }: Pick<WriteTerms, 'dropped'>): WrittenReasoning {
  dropped.drop('reasoning');
  return {};
}

/** New models hide their thinking unless they are asked to show it. */
function displayOf({ summary }: ReasoningOn): JsonObject {
  return { display: summary === 'omitted' ? 'omitted' : 'summarized' };
}

function effortOf({ effort }: ReasoningOn): { effort?: string } {
  if (effort === undefined) return {};
  return { effort: effort === 'minimal' ? 'low' : effort };
}

function isToolForced({ toolChoice }: CanonicalCall): boolean {
  if (toolChoice === undefined) return false;
  if (toolChoice.mode === 'allowed') return toolChoice.isRequired;
  return toolChoice.mode === 'required' || toolChoice.mode === 'named';
}

/** With a budget, an assistant turn whose tools are being answered must begin with the thinking that led to them. */
function lacksSealedReasoning({ turns }: CanonicalCall): boolean {
  if (turns.at(-1)?.role !== 'tool') return false;
  const asking = turns.findLast((turn) => turn.role === 'assistant');
  const isSealed = asking?.content.some(({ type, seal }: { type: string; seal?: { format: string } }) => {
    return type === 'reasoning' && seal?.format === 'anthropic-messages';
  });
  return !isSealed;
}
