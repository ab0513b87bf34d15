import { CidrSet, parseCidr } from '@tokenbay/platform';
import { scopeOf, type AccessRuleEntity } from './access-rule.entity.js';
import type { ScopeType } from './access-rule.js';
import { compileWindows, type WindowTable } from './is-within-windows.js';

/** The enabled rules of one scope, made ready to be asked; null where the scope has none of a type. */
export interface ScopeRules {
  readonly blacklist: CidrSet | null;
  /** All whitelists of the scope together: a match in one of them is a match here. */
  readonly whitelist: CidrSet | null;
  /** One table for each rule; a match in one of them suffices. */
  readonly windows: readonly WindowTable[] | null;
  /** Ids and versions of the rules this was made from. */
  readonly signature: string;
}

/** Every enabled rule by scope. The global scope's id is the empty text. */
export type RulesByScope = Readonly<Record<ScopeType, ReadonlyMap<string, ScopeRules>>>;

/** Makes rules ready to be asked. A scope none of whose rules changed is taken over from `previous` as it is. */
export function compileRules(rules: readonly AccessRuleEntity[], previous?: RulesByScope): RulesByScope {
  const compiled = { global: new Map(), group: new Map(), account: new Map(), apiKey: new Map() };
  const byScope = Map.groupBy(rules, (rule) => `${rule.scopeType}:${scopeOf(rule).id ?? ''}`);
  for (const [scope, own] of byScope) {
    const type = scope.slice(0, scope.indexOf(':')) as ScopeType;
    const id = scope.slice(scope.indexOf(':') + 1);
    const known = previous?.[type].get(id);
    const signature = own.map((rule) => `${rule.id}.${rule.version}`).join(' ');
    compiled[type].set(id, known?.signature === signature ? known : compileScope(own, signature));
  }
  return compiled;
}

function compileScope(rules: readonly AccessRuleEntity[], signature: string): ScopeRules {
  const windows = rules.filter(({ type }) => type === 'time_window');
  return {
    blacklist: compileCidrs(rules.filter(({ type }) => type === 'ip_blacklist')),
    whitelist: compileCidrs(rules.filter(({ type }) => type === 'ip_whitelist')),
    windows:
      windows.length === 0 ? null : windows.map((rule) => compileWindows(rule.windows ?? [], rule.timeZone ?? 'UTC')),
    signature,
  };
}

function compileCidrs(rules: readonly AccessRuleEntity[]): CidrSet | null {
  if (rules.length === 0) return null;
  return new CidrSet(rules.flatMap(({ cidrs }) => (cidrs ?? []).map(parseCidr)).filter((cidr) => cidr !== null));
}
