export {
  USAGE_GROUPINGS,
  type Receipt,
  type ReceiptAttempt,
  type ReceiptLine,
  type Usage,
  type UsageFilter,
  type UsageGrouping,
  type UsageSummary,
  type UsageTokens,
} from './usage.js';
export { UsageKeeperModule } from './usage-keeper.module.js';
export { UsageModule } from './usage.module.js';
export { UsageService } from './usage.service.js';
