import { WINDOWS_MAX } from '@tokenbay/access-rules';
import { BooleanField, Field, ListField, TimeZoneField } from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { cidrsRule } from './access-rule.rules.js';
import { WindowDto } from './window.dto.js';

/** Changes of an access rule; what is absent stays. Only what its type has can change; type and scope never do. */
export class UpdateAccessRuleDto {
  /** For people; need not be unique. */
  @HumanNameField({ optional: true })
  name?: string;

  /** A rule that is not enabled has no effect. */
  @BooleanField({ optional: true, description: 'A rule that is not enabled has no effect.' })
  enabled?: boolean;

  /** Replaces all addresses. */
  @Field(cidrsRule, { optional: true, description: 'Of rules about addresses; replaced whole.' })
  cidrs?: string[];

  /** Replaces all windows. */
  @ListField(WindowDto, {
    optional: true,
    min: 1,
    max: WINDOWS_MAX,
    description: 'Of rules about time; replaced whole.',
  })
  windows?: WindowDto[];

  /** The zone whose clocks windows are read by. */
  @TimeZoneField({ optional: true, description: 'Of rules about time: whose clocks the windows are read by.' })
  timeZone?: string;
}
