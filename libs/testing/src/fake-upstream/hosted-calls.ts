import type { Behaviour } from './behaviours.js';

/**
 * What the model tries of the first tool on offer that the provider runs: `hosted-calls:3` is three ordinary calls, `hosted-calls:search,failed`
 * one that succeeds and one that fails. Empty where it tries nothing.
 */
export function wantedCalls(behaviour: Behaviour): string[] {
  const wanted = behaviour.get('hosted-calls');
  if (wanted === undefined) return [];
  return /^\d+$/.test(wanted) ? Array.from({ length: Number(wanted) }, () => 'search') : wanted.split(',');
}

/** How many of them the provider lets run: as the client limits it, but for a provider that keeps no limit (`over-limit`). */
export function allowedCalls(limit: unknown, behaviour: Behaviour): number {
  return typeof limit === 'number' && !behaviour.has('over-limit') ? limit : Infinity;
}
