import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { ChangeFeed, Database, LOGGER, Snapshot, type ClientAddress, type Logger } from '@tokenbay/platform';
import { AccessRulesRepository } from './access-rules.repository.js';
import { compileRules, type RulesByScope, type ScopeRules } from './compile-rules.js';
import { isWithinWindows } from './is-within-windows.js';

/** Whose request it is; `group` is the one the request runs under. */
export interface Caller {
  readonly accountId: string;
  readonly apiKeyId: string;
  readonly group: string;
}

/** Every enabled rule, in memory, renewed within a second of a change. Deciding never waits. */
@Injectable()
export class AccessRuleBook implements OnModuleInit, OnApplicationShutdown {
  private readonly snapshot: Snapshot<RulesByScope>;
  private latest: RulesByScope | undefined;

  constructor(
    private readonly database: Database,
    private readonly repository: AccessRulesRepository,
    feed: ChangeFeed,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.snapshot = new Snapshot(feed, { tables: ['access_rule'], load: () => this.load() }, logger);
  }

  async onModuleInit(): Promise<void> {
    await this.snapshot.start();
  }

  onApplicationShutdown(): void {
    this.snapshot.stop();
  }

  /** Throws `ip_denied_by_blacklist` where a global blacklist holds the address. Needs no caller. */
  assertNotBlacklistedGlobally(address: ClientAddress): void {
    const everybody = this.snapshot.current.global.get('');
    if (everybody !== undefined) assertNotBlacklisted(everybody, address);
  }

  /**
   * Throws, in this order: `ip_denied_by_blacklist` (a blacklist of any scope), `ip_not_in_whitelist` (a scope has whitelists
   * and none of them holds the address), `access_rule_time_window_denied` (a scope has windows and none of them is open).
   */
  assertAllowed(caller: Caller, address: ClientAddress, nowMs: number): void {
    const scopes = findScopes(this.snapshot.current, caller);
    for (const scope of scopes) assertNotBlacklisted(scope, address);
    for (const scope of scopes) assertWhitelisted(scope, address);
    for (const scope of scopes) assertOpen(scope, nowMs);
  }

  private async load(): Promise<RulesByScope> {
    const rules = await this.repository.enabled(this.database.tx);
    return (this.latest = compileRules(rules, this.latest));
  }
}

/** The scopes that speak of the caller, the widest first. */
function findScopes(rules: RulesByScope, { group, accountId, apiKeyId }: Caller): ScopeRules[] {
  const scopes: ScopeRules[] = [];
  const add = (scope: ScopeRules | undefined) => {
    if (scope !== undefined) scopes.push(scope);
  };
  add(rules.global.get(''));
  add(rules.group.get(group));
  add(rules.account.get(accountId));
  add(rules.apiKey.get(apiKeyId));
  return scopes;
}

/** An address that could not be read may be a blacklisted one, so a blacklist denies it. */
function assertNotBlacklisted({ blacklist }: ScopeRules, address: ClientAddress): void {
  if (blacklist !== null && (address.isMalformed || blacklist.contains(address)))
    throw new DomainError('ip_denied_by_blacklist');
}

function assertWhitelisted({ whitelist }: ScopeRules, address: ClientAddress): void {
  if (whitelist !== null && !whitelist.contains(address)) throw new DomainError('ip_not_in_whitelist');
}

function assertOpen({ windows }: ScopeRules, nowMs: number): void {
  if (windows !== null && !windows.some((table) => isWithinWindows(table, nowMs)))
    throw new DomainError('access_rule_time_window_denied');
}
