import { ApiProperty } from '@nestjs/swagger';
import { type AccessRuleEntity, RULE_TYPES, type RuleType, scopeOf } from '@tokenbay/access-rules';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import { ScopeDto } from './scope.dto.js';
import { WindowDto } from './window.dto.js';

/** An access rule as administrators see it. */
export class AccessRuleResponse extends ConfigurationResponse {
  @ApiProperty({ example: '17' })
  id!: string;

  @ApiProperty({ example: 'Office hours' })
  name!: string;

  @ApiProperty()
  enabled!: boolean;

  @ApiProperty({ type: ScopeDto })
  scope!: ScopeDto;

  @ApiProperty({ enum: RULE_TYPES })
  type!: RuleType;

  /** Canonical: host bits cleared, the prefix always written; null in rules about time. */
  @ApiProperty({ type: [String], nullable: true, example: ['203.0.113.0/24'] })
  cidrs!: string[] | null;

  /** Null in rules about addresses. */
  @ApiProperty({ type: [WindowDto], nullable: true })
  windows!: WindowDto[] | null;

  /** Null in rules about addresses. */
  @ApiProperty({ type: 'string', nullable: true, example: 'Europe/Berlin' })
  timeZone!: string | null;
}

/** Renders an access rule. */
export function toAccessRuleResponse(row: AccessRuleEntity): AccessRuleResponse {
  const { id, name, enabled, type, cidrs, timeZone } = row;
  const windows = row.windows?.map(({ days, from, to }) => ({ days: [...days], from, to })) ?? null;
  return { id, name, enabled, scope: scopeOf(row), type, cidrs, windows, timeZone, ...toConfigurationResponse(row) };
}
