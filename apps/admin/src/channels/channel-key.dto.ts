import { OmitType } from '@nestjs/swagger';
import { BooleanField, Field, IntegerField } from '../http/fields.js';
import { secretRule } from './channel.rules.js';

const WEIGHT_MAX = 10_000;

/** Changes of a channel's key; what is absent stays. */
export class UpdateChannelKeyDto {
  /** The provider's secret. It is never answered. */
  @Field(secretRule, { optional: true, description: "The provider's secret. It is never answered." })
  value?: string;

  /** Share of the channel's requests among its keys. */
  @IntegerField(1, WEIGHT_MAX, { optional: true, default: 1, description: 'Share of requests among the keys.' })
  weight?: number;

  /** A disabled key is not used. */
  @BooleanField({ optional: true, default: true, description: 'A disabled key is not used.' })
  enabled?: boolean;
}

/** A new key of a channel. */
export class CreateChannelKeyDto extends OmitType(UpdateChannelKeyDto, ['value']) {
  /** The provider's secret. It is never answered. */
  @Field(secretRule, { description: "The provider's secret. It is never answered." })
  value!: string;
}
