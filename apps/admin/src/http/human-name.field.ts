import type { FieldOptions } from './field.js';
import { TextField } from './fields.js';

const HUMAN_NAME_LENGTH_MAX = 128;

/** A name for people, such as `Acme Inc.`, of what has an id of its own; what is addressed by its name takes `NameField`. */
export const HumanNameField = (options: FieldOptions = {}) =>
  TextField(HUMAN_NAME_LENGTH_MAX, {
    description: 'For people; need not be unique.',
    example: 'Production',
    ...options,
  });
