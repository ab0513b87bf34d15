import { NameField } from '../http/fields.js';
import { UpdateGroupDto } from './update-group.dto.js';

/** A new group. */
export class CreateGroupDto extends UpdateGroupDto {
  /** Unique; never changes. */
  @NameField({ description: 'Unique; never changes.', example: 'vip' })
  name!: string;
}
