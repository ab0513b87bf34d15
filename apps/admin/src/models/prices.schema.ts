import { ApiProperty, type ApiPropertyOptions, ApiSchema } from '@nestjs/swagger';
import { PRICE_PATTERN, type PriceKind } from '@tokenbay/models';

type Schema = ApiPropertyOptions;

/** What each price kind counts, with its unit. */
const KINDS: Readonly<Record<PriceKind, string>> = {
  inputPerMillion: 'Points per million input tokens of text.',
  cachedInputPerMillion: 'Points per million input tokens read from the cache; without it they cost inputPerMillion.',
  cacheWritePerMillion: 'Points per million input tokens written to the cache.',
  cacheWriteLongPerMillion: 'Points per million input tokens written to the cache for an hour.',
  audioInputPerMillion: 'Points per million input tokens of audio.',
  imageInputPerMillion: 'Points per million input tokens of images.',
  outputPerMillion: 'Points per million output tokens, reasoning included.',
  audioOutputPerMillion: 'Points per million output tokens of audio.',
  imageOutputPerMillion: 'Points per million output tokens of images.',
  perRequest: 'Points per request, beside whatever else it uses.',
  perImage: 'Points per image made; of another quality or size than a plain one only where serviceTiers has a factor.',
  perSecond: 'Points per second of audio or video, counted in started milliseconds.',
  perMinute: 'The same per minute; perSecond wins where both are set.',
  perMillionCharacters: 'Points per million characters of text to be spoken.',
};
const PER_TOOL_CALL = 'Points per call of a tool that the upstream hosts, by name of the tool.';
const SERVICE_TIERS =
  "Factors on all prices by the upstream's service tier, such as flex or priority. Tiers that are not named here are not sold, but for auto, default and standard, whose factor is 1. So are sizes of videos (1080p), and qualities and sizes of pictures that are sold without tokens (hd, 1792x1024, both together hd/1792x1024).";
const TIERS =
  'Other prices for long inputs, shortest first. The highest tier below input, cached input and cache writes together holds for the whole request; a kind it does not name keeps its base price.';
const ABOVE = 'The tier holds for requests of more input tokens than this; larger than that of the tier before.';

const WRITTEN: Schema = {
  oneOf: [
    { type: 'string', pattern: PRICE_PATTERN.source },
    { type: 'number', minimum: 0 },
  ],
};
const ANSWERED: Schema = { type: 'string', pattern: PRICE_PATTERN.source };

/** Prices from a length of input on, as administrators write them. */
@ApiSchema({ description: 'Other prices from a length of input on.' })
class PriceTierDto {}
/** Prices as administrators write them: decimal strings, or numbers. */
@ApiSchema({ description: 'Prices by kind, each a decimal string or a number of points.' })
export class PricesDto {}
/** Prices from a length of input on. */
@ApiSchema({ description: 'Other prices from a length of input on.' })
class PriceTierResponse {}
/** Prices as decimal strings. */
@ApiSchema({ description: 'Prices by kind, each a decimal string of points.' })
export class PricesResponse {}

describePrices(PricesDto, PriceTierDto, WRITTEN);
describePrices(PricesResponse, PriceTierResponse, ANSWERED);

type SchemaClass = new () => object;

function describePrices(prices: SchemaClass, tier: SchemaClass, price: Schema): void {
  describe(tier, 'aboveInputTokens', { type: 'integer', minimum: 0, description: ABOVE, example: 200_000 });
  for (const target of [prices, tier]) {
    for (const [kind, description] of Object.entries(KINDS))
      describeOptional(target, kind, { type: 'string', ...price, description });
    describeOptional(target, 'perToolCall', mapOf(price, PER_TOOL_CALL, { web_search: '0.01' }));
  }
  describeOptional(prices, 'serviceTiers', mapOf(price, SERVICE_TIERS, { flex: '0.5', priority: '2' }));
  describeOptional(prices, 'tiers', { type: [tier], description: TIERS });
}

function mapOf(price: Schema, description: string, example: object): Schema {
  return { type: 'object', additionalProperties: price, description, example } as Schema;
}

function describeOptional(target: SchemaClass, name: string, schema: Schema): void {
  describe(target, name, { ...schema, required: false } as Schema);
}

function describe(target: SchemaClass, name: string, schema: Schema): void {
  ApiProperty(schema)(target.prototype as object, name);
}
