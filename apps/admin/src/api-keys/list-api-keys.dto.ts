import { IdField } from '../http/fields.js';
import { PageQueryDto } from '../http/page-query.dto.js';

/** Which keys, and which page of them. */
export class ListApiKeysDto extends PageQueryDto {
  @IdField({ optional: true, description: 'Only keys of this account.' })
  accountId?: string;
}
