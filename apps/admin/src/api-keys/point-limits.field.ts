import { applyDecorators } from '@nestjs/common';
import { type Period, PERIODS } from '@tokenbay/points';
import { ArrayUnique } from 'class-validator';
import { EnumField, type FieldOptions, ListField, PointsField } from '../http/fields.js';

/** At most so many points in each calendar period. */
export class PointLimitDto {
  /** A calendar period in the key's time zone. */
  @EnumField(PERIODS, { description: "A calendar period in the key's time zone; weeks begin on Monday." })
  period!: Period;

  /** Micropoints inside, a decimal string of points in JSON. */
  @PointsField({ description: 'Points the key may use in each period.' })
  points!: number;
}

/** Periodic limits of points, at most one of each period. */
export const PointLimitsField = (options: FieldOptions = {}): PropertyDecorator =>
  applyDecorators(
    ListField(PointLimitDto, {
      max: PERIODS.length,
      description: 'Points the key may use per calendar period; at most one limit of each period.',
      ...options,
    }),
    ArrayUnique((limit: PointLimitDto) => limit.period, { message: 'must have at most one limit of each period' }),
  );
