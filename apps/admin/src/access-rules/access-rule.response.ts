import { ApiProperty } from '@nestjs/swagger';
import { type AccessRuleEntity, RULE_TYPES, type RuleType, scopeOf } from '@tokenbay/access-rules';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import { ScopeDto } from './scope.dto.js';
import { WindowDto } from './window.dto.js';

/** An access rule as administrators see it. */
export class AccessRuleResponse extends ConfigurationResponse {
  @ApiProperty({ description: 'The id; never changes.', example: '17' })
  id!: string;

  @ApiProperty({ description: 'For people; need not be unique.', example: 'Office hours' })
  name!: string;

  @ApiProperty({ description: 'A rule that is not enabled has no effect.' })
  enabled!: boolean;

  @ApiProperty({ description: 'Whom the rule speaks of; never changes.', type: ScopeDto })
  scope!: ScopeDto;

  @ApiProperty({ description: 'What the rule says; never changes.', enum: RULE_TYPES })
  type!: RuleType;

  @ApiProperty({
    description:
      'Addresses that are shut out, or alone let in. Canonical: host bits cleared, the prefix always written; null in rules about time.',
    type: [String],
    nullable: true,
    example: ['203.0.113.0/24'],
  })
  cidrs!: string[] | null;

  @ApiProperty({
    description: 'When alone requests are allowed. Null in rules about addresses.',
    type: [WindowDto],
    nullable: true,
  })
  windows!: WindowDto[] | null;

  @ApiProperty({
    description: 'Whose clocks the windows are read by. Null in rules about addresses.',
    type: 'string',
    nullable: true,
    example: 'Europe/Berlin',
  })
  timeZone!: string | null;
}

/** Renders an access rule. */
export function toAccessRuleResponse(row: AccessRuleEntity): AccessRuleResponse {
  const { id, name, enabled, type, cidrs, timeZone } = row;
  const windows = row.windows?.map(({ days, from, to }) => ({ days: [...days], from, to })) ?? null;
  return { id, name, enabled, scope: scopeOf(row), type, cidrs, windows, timeZone, ...toConfigurationResponse(row) };
}
