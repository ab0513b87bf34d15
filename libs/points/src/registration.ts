import { Escrow } from './escrow.js';
import type { ReserveRequest } from './hold.js';

/** This process as the ledger knows it, from its registration until it stops or is declared dead, with its holds. */
export class Registration {
  /** Holds with a row or on the way to one, by number. */
  readonly escrows = new Map<number, Escrow>();
  /** How many processes were alive at the last heartbeat, this one included. */
  livesMax = 1;
  private readonly current = new Map<string, Escrow>();
  private readonly counts = new Map<string, number>();
  private last = 0;

  constructor(readonly id: string) {}

  /** The hold that serves a request; numbers are never used twice. */
  escrowFor({ accountId, apiKeyId, budgeted }: ReserveRequest, nowMs: number): Escrow {
    const scope = scopeOf(accountId, budgeted ? apiKeyId : null);
    const known = this.current.get(scope);
    if (known?.isUsable(nowMs)) return known;
    if (known) known.isClosed = true;
    this.last += 1;
    const escrow = new Escrow(this, this.last, accountId, budgeted ? apiKeyId : null);
    this.add(escrow);
    this.current.set(scope, escrow);
    return escrow;
  }

  /** Takes in a hold that the ledger has and memory does not; it serves nobody. */
  adopt(holdNo: number, accountId: string, budgetedKeyId: string | null): Escrow {
    this.last = Math.max(this.last, holdNo);
    const escrow = new Escrow(this, holdNo, accountId, budgetedKeyId);
    escrow.isClosed = true;
    this.add(escrow);
    return escrow;
  }

  /** How many holds of an account there are. */
  holdsOf(accountId: string): number {
    return this.counts.get(accountId) ?? 1;
  }

  /** Forgets a hold that serves nobody and has no points. */
  drop(escrow: Escrow): void {
    if (!this.escrows.delete(escrow.holdNo)) return;
    escrow.isClosed = true;
    const scope = scopeOf(escrow.accountId, escrow.budgetedKeyId);
    if (this.current.get(scope) === escrow) this.current.delete(scope);
    const count = this.holdsOf(escrow.accountId) - 1;
    if (count > 0) this.counts.set(escrow.accountId, count);
    else this.counts.delete(escrow.accountId);
  }

  private add(escrow: Escrow): void {
    this.escrows.set(escrow.holdNo, escrow);
    this.counts.set(escrow.accountId, (this.counts.get(escrow.accountId) ?? 0) + 1);
  }
}

function scopeOf(accountId: string, budgetedKeyId: string | null): string {
  return budgetedKeyId === null ? accountId : `${accountId}/${budgetedKeyId}`;
}
