import { DAYS, type Day } from '@tokenbay/access-rules';
import { ValidateBy } from 'class-validator';
import { Field, ListField } from '../http/fields.js';
import { enumRule } from '../http/rules.js';
import { fromRule, toRule } from './access-rule.rules.js';

/** Local times between which requests are allowed, on each of the days. */
export class WindowDto {
  /** The days on which the window opens. */
  @ListField(enumRule(DAYS), { min: 1, max: DAYS.length, unique: true, description: 'The days on which it opens.' })
  days!: Day[];

  /** Opens at this time. */
  @Field(fromRule, { description: 'It opens then; in an hour that clocks skip, at the next instant.' })
  from!: string;

  /** Closes at this time. */
  @Field(toRule, { description: 'It closes then, on the next day where this is before from; 24:00 ends the day.' })
  @ValidateBy({
    name: 'differsFromFrom',
    validator: {
      validate: (value, args) => value !== (args?.object as WindowDto).from,
      defaultMessage: () => 'must differ from from',
    },
  })
  to!: string;
}
