export { matchesName, NAME_PATTERN } from './name-pattern.js';
export { formatPoints, MICROPOINTS_MAX, MICROPOINTS_PER_POINT, parsePoints } from './points.js';
export { isSaneUsage, NO_USAGE, type TokenUsage } from './token-usage.js';
export {
  CAPABILITIES,
  DIALECTS,
  OUTCOMES,
  USAGE_SOURCES,
  type Capability,
  type Dialect,
  type Outcome,
  type UsageSource,
} from './vocabulary.js';
