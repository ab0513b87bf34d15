import { TextField } from '../http/fields.js';

const REASON_LENGTH_MAX = 500;

/** Why a task is ended. */
export class CancelTaskDto {
  @TextField(REASON_LENGTH_MAX, {
    description: 'Why, for its timeline; its client is not told.',
    example: 'ticket 4711',
  })
  reason!: string;
}
