import { ApiProperty } from '@nestjs/swagger';
import { type ModelEntity, type ModelPriceEntity, type Prices, rateLimitOf } from '@tokenbay/models';
import { CAPABILITIES, type Capability } from '@tokenbay/protocol';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import { RateLimitDto } from '../http/fields.js';
import { PricesResponse } from './prices.schema.js';

const PRICES_DESCRIPTION =
  'Points by price kind. A kind without a price is not sold; nothing is sold of a model without prices.';

/** A model as administrators see it. */
export class ModelResponse extends ConfigurationResponse {
  @ApiProperty({ description: 'What clients ask for; unique, never changes.', example: 'meta/llama-3:70b' })
  name!: string;

  @ApiProperty({ description: 'For people.', example: 'Llama 3 70B' })
  displayName!: string;

  @ApiProperty({ description: 'A disabled model is known but refused.' })
  enabled!: boolean;

  @ApiProperty({ description: 'What it can be asked to do.', enum: CAPABILITIES, isArray: true })
  capabilities!: readonly Capability[];

  @ApiProperty({
    description: 'Tokens of input and output together. Null: not limited here.',
    type: Number,
    nullable: true,
  })
  contextTokensMax!: number | null;

  @ApiProperty({
    description: 'Tokens of one answer; never more than contextTokensMax. Null: not limited here.',
    type: Number,
    nullable: true,
  })
  outputTokensMax!: number | null;

  @ApiProperty({ description: PRICES_DESCRIPTION, type: PricesResponse })
  prices!: Prices;

  @ApiProperty({ description: 'Grows by one with each change of the prices.', example: 1 })
  priceVersion!: number;

  @ApiProperty({
    description: 'How many requests an account may make to it. Null: no limit.',
    type: RateLimitDto,
    nullable: true,
  })
  rateLimit!: RateLimitDto | null;
}

/** One version of a model's prices. */
export class ModelPriceResponse {
  @ApiProperty({ description: 'The version; receipts name it.', example: 1 })
  priceVersion!: number;

  @ApiProperty({ description: PRICES_DESCRIPTION, type: PricesResponse })
  prices!: Prices;

  @ApiProperty({ description: 'Since when they were in force; RFC 3339, UTC.', format: 'date-time' })
  createdAt!: string;
}

/** Renders a model. */
export function toModelResponse(row: ModelEntity): ModelResponse {
  const { name, displayName, enabled, capabilities, contextTokensMax, outputTokensMax, prices, priceVersion } = row;
  return {
    name,
    displayName,
    enabled,
    capabilities,
    contextTokensMax,
    outputTokensMax,
    prices,
    priceVersion,
    rateLimit: rateLimitOf(row),
    ...toConfigurationResponse(row),
  };
}

/** Renders one version of prices. */
export function toModelPriceResponse({ priceVersion, prices, createdAt }: ModelPriceEntity): ModelPriceResponse {
  return { priceVersion, prices, createdAt: createdAt.toISOString() };
}
