import { TASK_STATES, type TaskState } from '@tokenbay/tasks';
import { EnumField, IdField, NameField } from '../http/fields.js';
import { PageQueryDto } from '../http/page-query.dto.js';

/** Which tasks, and which page of them: all conditions given must hold. */
export class ListTasksDto extends PageQueryDto {
  @IdField({ optional: true, description: 'Only tasks of this account.' })
  accountId?: string;

  @IdField({ optional: true, description: 'Only tasks of this API key.' })
  apiKeyId?: string;

  @NameField({ optional: true, description: 'Only tasks for this model.', example: 'sora-2' })
  model?: string;

  @EnumField(TASK_STATES, { optional: true, description: 'Only tasks in this state.' })
  state?: TaskState;
}
