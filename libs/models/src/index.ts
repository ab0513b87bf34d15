export { CompiledPrices } from './compiled-prices.js';
export { findUnpricedKinds, type IntendedUse } from './find-unpriced-kinds.js';
export { ModelCatalog } from './model-catalog.js';
export { rateLimitOf, type Model, type ModelRateLimit } from './model.js';
export { ModelPriceEntity } from './model-price.entity.js';
export { ModelEntity } from './model.entity.js';
export { ModelsModule } from './models.module.js';
export { ModelsService, type ModelDraft, type ModelChange } from './models.service.js';
export { priceUsage, type PriceLine, type UsagePrice } from './price-usage.js';
export {
  PRICE_PATTERN,
  type PiecePriceKind,
  type PriceKind,
  type Prices,
  type PriceTier,
  type TokenPriceKind,
} from './prices.js';
export { readPrices } from './read-prices.js';
export type { UsageQuantities } from './usage-quantities.js';
export { type CallBound, WorstCase, type WorstCaseRequest } from './worst-case.js';
