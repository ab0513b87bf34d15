import { OmitType } from '@nestjs/swagger';
import { PROVIDER_NAMES, type Provider } from '@tokenbay/channels';
import { EnumField, Field } from '../http/fields.js';
import { HumanNameField } from '../http/human-name.field.js';
import { baseUrlRule, modelsRule } from './channel.rules.js';
import { UpdateChannelDto } from './update-channel.dto.js';

/** A new channel. */
export class CreateChannelDto extends OmitType(UpdateChannelDto, ['name', 'provider', 'baseUrl', 'models']) {
  /** For people; need not be unique. */
  @HumanNameField()
  name!: string;

  /** Which dialect the upstream speaks, and with which quirks. */
  @EnumField(PROVIDER_NAMES, { description: 'Which dialect the upstream speaks, and with which quirks.' })
  provider!: Provider;

  /** Where the upstream is reached; the provider's own address where it has one. */
  @Field(baseUrlRule, {
    optional: true,
    description:
      "The provider's own address where it is absent, which `openai-compatible` and `azure-openai` have not. " +
      'http or https, up to the version path, which a bare origin gets by itself; not a call such as /chat/completions.',
  })
  baseUrl?: string;

  /** The upstream's names by public name. */
  @Field(modelsRule, {
    optional: true,
    description: "The upstream's names of models by public name.",
    default: {},
    example: { 'gpt-4o-mini': 'gpt-4o-mini-2024-07-18' },
  })
  models?: Record<string, string>;
}
