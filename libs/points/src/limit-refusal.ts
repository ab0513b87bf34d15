import { DomainError } from '@tokenbay/errors';
import { formatPoints } from '@tokenbay/protocol';
import type { PeriodState } from './key-points.js';

const SMALLER = 'send a smaller request (less input, a lower output limit)';

/**
 * The refusal by a periodic limit in words that say what would help: of all limits that leave less than the request needs, the one that it
 * could never fit, else the one that is longest in its way. The refusal itself where each leaves enough by now.
 */
export function explainLimit(refusal: DomainError, least: number, limits: readonly PeriodState[]): DomainError {
  const inTheWay = limits
    .filter((limit) => leftOf(limit) < least)
    .sort((one, other) => other.resetsAt.getTime() - one.resetsAt.getTime());
  const limit = inTheWay.find(({ limitMicropoints }) => limitMicropoints < least) ?? inTheWay[0];
  if (!limit) return refusal;
  return new DomainError(refusal.code, refusal.detail, { ...refusal.options, message: wordsOf(limit, least) });
}

function wordsOf(state: PeriodState, least: number): string {
  const limit = `${pointsOf(state.limitMicropoints)} per ${state.period}`;
  const needs = `The request needs at least ${pointsOf(least)}`;
  const until = state.resetsAt.toISOString();
  if (state.limitMicropoints < least)
    return `${needs}, more than the API key's whole limit of ${limit}: waiting does not help; ${SMALLER}, or have the limit raised.`;
  const left = leftOf(state);
  if (left <= 0 && state.heldMicropoints === 0)
    return `The API key's limit of ${limit} is used up: wait until ${until}, or have the limit raised.`;
  const held =
    state.heldMicropoints === 0 ? '' : ` beside ${formatPoints(state.heldMicropoints)} held for requests that run`;
  return `${needs}, and the API key's limit of ${limit} leaves ${formatPoints(Math.max(left, 0))}${held}: ${SMALLER}, or wait until ${until}.`;
}

function pointsOf(micropoints: number): string {
  const points = formatPoints(micropoints);
  return `${points} ${points === '1' ? 'point' : 'points'}`;
}

function leftOf({ limitMicropoints, usedMicropoints, heldMicropoints }: PeriodState): number {
  return limitMicropoints - usedMicropoints - heldMicropoints;
}
