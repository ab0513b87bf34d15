import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import {
  type ApiKeyChange,
  type ApiKeyDraft,
  type ApiKeyEntity,
  type ApiKeyListRequest,
  type ApiKeyVersion,
  KeysService,
} from '@tokenbay/keys';
import { Database, type Page, type Tx } from '@tokenbay/platform';
import { isLimiting, type KeyBudget, type KeyPoints, type PeriodLimit, PointsService } from '@tokenbay/points';

/** The part of a key that the ledger keeps; what is absent stays. */
export interface BudgetChange {
  /** Micropoints for life; null is no quota. */
  readonly pointQuota?: number | null;
  /** All periodic limits there shall be. */
  readonly pointLimits?: readonly PeriodLimit[];
}

/** A key together with its points and its last use. */
export interface KeyWithPoints {
  readonly key: ApiKeyEntity;
  readonly points: KeyPoints;
  readonly lastUsedAt: Date | null;
}

/** A key and its secret, which is known only now. */
export interface IssuedKeyWithPoints extends KeyWithPoints {
  readonly secret: string;
}

/** Keys and their budgets, each change in one transaction, so that `hasBudget` and the ledger never disagree. */
@Injectable()
export class KeysWithPointsService {
  constructor(
    private readonly database: Database,
    private readonly keys: KeysService,
    private readonly points: PointsService,
  ) {}

  /** Issues a key with its budget. Throws what `KeysService.issue` throws. */
  issue({ pointQuota = null, pointLimits = [], ...draft }: ApiKeyDraft & BudgetChange): Promise<IssuedKeyWithPoints> {
    const hasBudget = isLimiting({ pointQuota, pointLimits });
    return this.database.transaction(async (tx) => {
      const { key, secret } = await this.keys.issue(tx, { ...draft, hasBudget });
      if (hasBudget) await this.points.setBudget(tx, key.id, { pointQuota, pointLimits, timeZone: key.timeZone });
      return { ...(await this.withPoints(tx, key)), secret };
    });
  }

  /** Newest first. */
  async list(request: ApiKeyListRequest): Promise<Page<KeyWithPoints>> {
    const { rows, nextCursor } = await this.keys.list(this.database.tx, request);
    return { rows: await this.withAllPoints(this.database.tx, rows), nextCursor };
  }

  /** Throws `not_found`. */
  async get(id: string): Promise<KeyWithPoints> {
    return this.withPoints(this.database.tx, await this.keys.get(this.database.tx, id));
  }

  /** Changes key and budget. Throws what `KeysService.update` throws. */
  update(
    which: ApiKeyVersion,
    { pointQuota, pointLimits, ...change }: ApiKeyChange & BudgetChange,
  ): Promise<KeyWithPoints> {
    return this.database.transaction(async (tx) => {
      const known = await this.keys.lock(tx, which);
      const budget = await this.readBudget(tx, { id: known.id, timeZone: change.timeZone ?? known.timeZone });
      const next = { ...budget, ...(pointQuota !== undefined && { pointQuota }), ...(pointLimits && { pointLimits }) };
      const isTold = pointQuota !== undefined || pointLimits !== undefined;
      const key = await this.keys.update(tx, which, { ...change, ...(isTold && { hasBudget: isLimiting(next) }) });
      // A new zone cuts new periods, so it concerns the ledger wherever there are limits.
      if (isTold || (change.timeZone !== undefined && known.hasBudget)) await this.points.setBudget(tx, known.id, next);
      return this.withPoints(tx, key);
    });
  }

  /** Gives the key a new secret. Throws what `KeysService.reset` throws. */
  reset(which: ApiKeyVersion): Promise<IssuedKeyWithPoints> {
    return this.database.transaction(async (tx) => {
      const { key, secret } = await this.keys.reset(tx, which);
      return { ...(await this.withPoints(tx, key)), secret };
    });
  }

  private async readBudget(tx: Tx, { id, timeZone }: { id: string; timeZone: string }): Promise<KeyBudget> {
    const { quotaMicropoints, limits } = pointsOf(id, await this.points.budgets([id], tx));
    const pointLimits = limits.map(({ period, limitMicropoints }) => ({ period, points: limitMicropoints }));
    return { pointQuota: quotaMicropoints, pointLimits, timeZone };
  }

  private async withPoints(tx: Tx, key: ApiKeyEntity): Promise<KeyWithPoints> {
    const points = pointsOf(key.id, await this.points.budgets([key.id], tx));
    const lastUses = await this.keys.lastUses(tx, [key.id]);
    return { key, points, lastUsedAt: lastUses.get(key.id) ?? null };
  }

  private async withAllPoints(tx: Tx, keys: ApiKeyEntity[]): Promise<KeyWithPoints[]> {
    const ids = keys.map(({ id }) => id);
    const points = await this.points.budgets(ids, tx);
    const lastUses = await this.keys.lastUses(tx, ids);
    return keys.map((key) => ({ key, points: pointsOf(key.id, points), lastUsedAt: lastUses.get(key.id) ?? null }));
  }
}

function pointsOf(apiKeyId: string, budgets: ReadonlyMap<string, KeyPoints>): KeyPoints {
  const points = budgets.get(apiKeyId);
  if (!points) throw new DomainError('internal_error', 'the ledger left out a key');
  return points;
}
