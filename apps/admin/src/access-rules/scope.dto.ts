import { ApiProperty } from '@nestjs/swagger';
import { SCOPE_TYPES, type ScopeType } from '@tokenbay/access-rules';
import { ValidateBy } from 'class-validator';
import { FIELD_CONSTRAINT } from '../http/field.js';
import { EnumField } from '../http/fields.js';
import { idRule, nameRule } from '../http/rules.js';

/** Whom a rule speaks of. */
export class ScopeDto {
  /** Everybody, a group, an account or a key. */
  @EnumField(SCOPE_TYPES, { description: 'Everybody, a group, an account or an API key.' })
  type!: ScopeType;

  /** A group's id is its name; the global scope has none. */
  @ApiProperty({
    type: 'string',
    nullable: true,
    required: false,
    example: null,
    description: 'The id of the account or key, the name of the group; absent or null for the global scope.',
  })
  @ValidateBy({
    name: FIELD_CONSTRAINT,
    validator: {
      validate: (value, args) => problemOfId(value, args?.object as ScopeDto) === undefined,
      defaultMessage: (args) => problemOfId(args?.value, args?.object as ScopeDto) ?? ' is not valid.',
    },
  })
  id: string | null = null;
}

function problemOfId(value: unknown, { type }: ScopeDto): string | undefined {
  if (!SCOPE_TYPES.includes(type)) return undefined;
  const isAbsent = value === null || value === undefined;
  if (type === 'global') return isAbsent ? undefined : ' must be null, for the scope is global.';
  if (isAbsent) return ' is required.';
  return (type === 'group' ? nameRule : idRule).problem(value);
}
