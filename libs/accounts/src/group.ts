import { DomainError } from '@tokenbay/errors';
import { matchesName } from '@tokenbay/protocol';
import type { Account } from './account.js';
import type { AccountGroupEntity } from './account-group.entity.js';

/** A group as the gateway decides and charges by it. */
export interface Group {
  readonly name: string;
  /** An exact decimal such as `"0.8"`, without trailing zeros. */
  readonly priceMultiplier: string;
  readonly models: readonly string[];
}

/** What may change about a group; what is absent stays. */
export interface GroupChange {
  /** An exact decimal, 0 to 1000000. */
  readonly priceMultiplier?: string;
  readonly models?: string[];
}

/** A new group; its price multiplier is 1 and it may use every model unless said otherwise. */
export interface GroupDraft extends GroupChange {
  readonly name: string;
}

/** Which group is meant, and in which version; without `ifMatch` whichever it has. */
export interface GroupVersion {
  readonly name: string;
  readonly ifMatch?: number | undefined;
}

/** Where a group is looked up by name. */
export interface Groups {
  find(name: string): Group | undefined;
}

/** The group that a row describes. */
export function toGroup({ name, priceMultiplier, models }: AccountGroupEntity): Group {
  return { name, priceMultiplier: trimDecimal(priceMultiplier), models };
}

/** Writes a decimal without the zeros that say nothing: `"1.50"` is `"1.5"`, `"2.000"` is `"2"`. */
export function trimDecimal(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

/** What decides which group a request belongs to. */
export interface GroupQuestion {
  /** The key's own group, null where it takes the account's. */
  readonly keyGroup: string | null;
  readonly account: Account;
  readonly groups: Groups;
}

/** The group a request belongs to: the key's, else the account's. Throws `group_not_allowed` where it is not open to the account. */
export function resolveGroup({ keyGroup, account, groups }: GroupQuestion): Group {
  const name = keyGroup ?? account.group;
  const group = account.allowedGroups.includes(name) ? groups.find(name) : undefined;
  if (!group) throw new DomainError('group_not_allowed', name);
  return group;
}

/** True where the group's list names the model. */
export function isModelOpenToGroup({ models }: Group, model: string): boolean {
  return matchesName(models, model);
}

/** Throws `group_model_not_allowed` unless the group's list names the model. */
export function assertGroupServesModel(group: Group, model: string): void {
  if (!isModelOpenToGroup(group, model)) throw new DomainError('group_model_not_allowed', group.name);
}
