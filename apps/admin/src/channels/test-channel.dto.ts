import { IdField, NameField } from '../http/fields.js';

/** What to test of a channel; without a body the gateway chooses. */
export class TestChannelDto {
  static readonly mayBeAbsent = true;

  /** A model of the channel. */
  @NameField({
    optional: true,
    description: 'The public name of a model of the channel; one is chosen where none is named.',
  })
  model?: string;

  /** A key of the channel. */
  @IdField({
    optional: true,
    description: 'A key of the channel, also a disabled one; the first enabled one where none is named.',
  })
  keyId?: string;
}
