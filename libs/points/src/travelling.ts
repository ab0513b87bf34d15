import type { Escrow, Waiter } from './escrow.js';
import type { ReserveLine } from './ledger.repository.js';

/** One hold's line on its way, with the requests that travel with it. */
export interface Travelling extends ReserveLine {
  readonly waiters: readonly Waiter[];
  /** Free points that were promised to these requests; nobody else may have them. */
  readonly setAside: number;
}

/** What a hold asks or gives back now. What was free serves those who wait; they take it with them. Undefined where there is nothing to do. */
export function toLine(escrow: Escrow, nowMs: number): Travelling | undefined {
  const waiters = escrow.waiters.splice(0);
  if (waiters.length === 0) {
    const excess = Math.min(escrow.excess(nowMs), escrow.sequence > 0 ? Infinity : 0);
    if (excess === 0) return undefined;
    escrow.free -= excess;
    return { escrow, waiters, setAside: 0, least: 0, need: -excess, tip: 0, extra: 0, unit: 0 };
  }
  let need = 0;
  let least = Infinity;
  let tip = 0;
  let most = 0;
  let unit = 0;
  for (const { request } of waiters) {
    const { extraMost = request.extra ?? 0 } = request;
    const extra = escrow.extraOf(request, nowMs, tip);
    need = Math.min(need + request.need, Number.MAX_SAFE_INTEGER);
    tip = Math.min(tip + extra, Number.MAX_SAFE_INTEGER);
    most = Math.min(most + extraMost - extra, Number.MAX_SAFE_INTEGER);
    least = Math.min(least, request.least);
    unit = Math.max(unit, request.need + extra);
  }
  const setAside = Math.min(Math.max(escrow.free, 0), need);
  escrow.free -= setAside;
  // What is lent ahead is whole units.
  const extra = escrow.wish(nowMs, most > 0 ? most + unit : 0);
  return { escrow, waiters, setAside, least: Math.max(least - setAside, 0), need: need - setAside, tip, extra, unit };
}
