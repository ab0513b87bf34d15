import { RULE_TYPES, type RuleType, WINDOWS_MAX } from '@tokenbay/access-rules';
import { Type } from 'class-transformer';
import { ValidateNested } from 'class-validator';
import { BooleanField, EnumField, ObjectField } from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { isPlainObject, listRule, timeZoneRule } from '../http/rules.js';
import { cidrsRule } from './access-rule.rules.js';
import { ContentField } from './content.field.js';
import { ScopeDto } from './scope.dto.js';
import { WindowDto } from './window.dto.js';

const windowsRule = listRule(
  { schema: {}, problem: (value) => (isPlainObject(value) ? undefined : ' must be an object.') },
  { min: 1, max: WINDOWS_MAX },
);

/** A new access rule. */
export class CreateAccessRuleDto {
  /** For people; need not be unique. */
  @HumanNameField()
  name!: string;

  /** A rule that is not enabled has no effect. */
  @BooleanField({ optional: true, description: 'A rule that is not enabled has no effect.', default: true })
  enabled?: boolean;

  /** Whom the rule speaks of; never changes. */
  @ObjectField(ScopeDto, { description: 'Whom the rule speaks of; never changes.' })
  scope!: ScopeDto;

  /** What the rule says; never changes. */
  @EnumField(RULE_TYPES, { description: 'What the rule says; never changes.' })
  type!: RuleType;

  /** Addresses that are shut out, or alone let in. */
  @ContentField(cidrsRule, {
    of: ['ip_blacklist', 'ip_whitelist'],
    description: 'Of rules about addresses: those shut out, or alone let in.',
  })
  cidrs?: string[];

  /** Times at which alone requests are allowed. */
  @Type(() => WindowDto)
  @ValidateNested({ each: true })
  @ContentField(
    { ...windowsRule, schema: { type: [WindowDto] as never, minItems: 1, maxItems: WINDOWS_MAX } },
    { of: ['time_window'], description: 'Of rules about time: when alone requests are allowed.' },
  )
  windows?: WindowDto[];

  /** The zone whose clocks windows are read by. */
  @ContentField(timeZoneRule, {
    of: ['time_window'],
    optional: true,
    description: 'Of rules about time: whose clocks the windows are read by.',
    default: 'UTC',
  })
  timeZone?: string;
}
