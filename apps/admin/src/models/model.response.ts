import { ApiProperty } from '@nestjs/swagger';
import { type ModelEntity, type ModelPriceEntity, type Prices, rateLimitOf } from '@tokenbay/models';
import { CAPABILITIES, type Capability } from '@tokenbay/protocol';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import { RateLimitDto } from '../http/fields.js';

/** A model as administrators see it. */
export class ModelResponse extends ConfigurationResponse {
  @ApiProperty({ example: 'meta/llama-3:70b' })
  name!: string;

  @ApiProperty({ example: 'Llama 3 70B' })
  displayName!: string;

  @ApiProperty()
  enabled!: boolean;

  @ApiProperty({ enum: CAPABILITIES, isArray: true })
  capabilities!: readonly Capability[];

  @ApiProperty({ type: Number, nullable: true })
  contextTokensMax!: number | null;

  @ApiProperty({ type: Number, nullable: true })
  outputTokensMax!: number | null;

  /** Decimal strings of points by price kind. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  prices!: Prices;

  /** Grows by one with each change of the prices. */
  @ApiProperty({ example: 1 })
  priceVersion!: number;

  @ApiProperty({ type: RateLimitDto, nullable: true })
  rateLimit!: RateLimitDto | null;
}

/** One version of a model's prices. */
export class ModelPriceResponse {
  @ApiProperty({ example: 1 })
  priceVersion!: number;

  /** Decimal strings of points by price kind. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  prices!: Prices;

  /** Since when they were in force; RFC 3339, UTC. */
  @ApiProperty({ format: 'date-time' })
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
