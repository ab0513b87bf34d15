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
  @EnumField(PROVIDER_NAMES)
  provider!: Provider;

  /** Where the upstream is reached. */
  @Field(baseUrlRule, { description: 'http or https; a bare origin gets the version path of the provider.' })
  baseUrl!: string;

  /** The upstream's names by public name. */
  @Field(modelsRule, { optional: true, description: 'Public name to upstream name.', default: {} })
  models?: Record<string, string>;
}
