import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { isForeignKeyViolation, parseCidr, type Page, type PageRequest, type Tx } from '@tokenbay/platform';
import type { AccessRuleEntity } from './access-rule.entity.js';
import type { AccessRuleChange, AccessRuleDraft, RuleScope } from './access-rule.js';
import { AccessRulesRepository, type AccessRuleColumns } from './access-rules.repository.js';
import { problemsOfChange, problemsOfDraft, unknownScope } from './problems-of-rule.js';

const PROBLEMS_TOLD_MAX = 100;

/** The rule meant and, where the caller cares, the version it must still have. */
export interface RuleVersion {
  readonly id: string;
  readonly ifMatch?: number | undefined;
}

/** Administers access rules. What is stored is valid and canonical, so that the gateway never meets a rule it cannot read. */
@Injectable()
export class AccessRulesService {
  constructor(private readonly repository: AccessRulesRepository) {}

  /** Throws `invalid_request` with every problem, also where the scope's group, account or key does not exist. */
  async create(tx: Tx, draft: AccessRuleDraft): Promise<AccessRuleEntity> {
    assertNoProblems(problemsOfDraft(draft));
    const { name, enabled, type } = draft;
    const timeZone = type === 'time_window' ? { timeZone: draft.timeZone ?? 'UTC' } : {};
    const columns = { name, type, ...(enabled !== undefined && { enabled }), ...scopeColumns(draft.scope) };
    return this.get(tx, await this.insert(tx, { ...columns, ...contentColumns(draft), ...timeZone }));
  }

  /** A page of rules of all scopes and types, newest first. */
  list(tx: Tx, page: PageRequest): Promise<Page<AccessRuleEntity>> {
    return this.repository.list(tx, page);
  }

  /** Throws `not_found`. */
  async get(tx: Tx, id: string): Promise<AccessRuleEntity> {
    const rule = await this.repository.find(tx, id);
    if (!rule) throw new DomainError('not_found', 'access rule');
    return rule;
  }

  /** Throws `not_found`; `conflict` for another version than `ifMatch`; `invalid_request` for content that does not fit the rule's type. */
  async update(tx: Tx, { id, ifMatch }: RuleVersion, change: AccessRuleChange): Promise<AccessRuleEntity> {
    const rule = await this.repository.lock(tx, id, ifMatch);
    assertNoProblems(problemsOfChange(rule.type, change));
    const { name, enabled } = change;
    const columns = {
      ...(name !== undefined && { name }),
      ...(enabled !== undefined && { enabled }),
      ...contentColumns(change),
    };
    if (Object.keys(columns).length === 0) return rule;
    await this.repository.update(tx, id, columns);
    return this.get(tx, id);
  }

  /** Throws `not_found`, or `conflict` where `ifMatch` is not the present version. */
  async delete(tx: Tx, { id, ifMatch }: RuleVersion): Promise<void> {
    await this.repository.lock(tx, id, ifMatch);
    await this.repository.delete(tx, id);
  }

  private async insert(tx: Tx, columns: Partial<AccessRuleColumns>): Promise<string> {
    try {
      return await this.repository.insert(tx, columns);
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      throw invalid([unknownScope(columns.scopeType ?? 'global')], error);
    }
  }
}

function scopeColumns({ type, id }: RuleScope): Partial<AccessRuleColumns> {
  return {
    scopeType: type,
    groupName: type === 'group' ? id : null,
    accountId: type === 'account' ? id : null,
    apiKeyId: type === 'apiKey' ? id : null,
  };
}

/** Each CIDR once, in its canonical spelling, in the order given. */
function contentColumns({ cidrs, windows, timeZone }: AccessRuleChange): Partial<AccessRuleColumns> {
  return {
    ...(cidrs !== undefined && { cidrs: [...new Set(cidrs.map((text) => parseCidr(text)?.text ?? text))] }),
    ...(windows !== undefined && { windows: windows.map(({ days, from, to }) => ({ days: [...days], from, to })) }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

function assertNoProblems(problems: readonly string[]): void {
  if (problems.length > 0) throw invalid(problems);
}

function invalid(problems: readonly string[], cause?: unknown): DomainError {
  return new DomainError('invalid_request', 'access rule', {
    message: problems.slice(0, 3).join(' '),
    problems: problems.slice(0, PROBLEMS_TOLD_MAX),
    cause,
  });
}
