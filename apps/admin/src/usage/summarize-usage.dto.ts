import { USAGE_GROUPINGS, type UsageGrouping } from '@tokenbay/usage';
import { EnumField } from '../http/fields.js';
import { UsageFilterDto } from './usage-filter.dto.js';

/** Which requests to sum up, by what. The range is the last 31 days unless told, and 366 at most. */
export class SummarizeUsageDto extends UsageFilterDto {
  @EnumField(USAGE_GROUPINGS, { description: 'One sum for each of these; a day is a day of UTC.' })
  groupBy!: UsageGrouping;
}
