export { findAdapter } from './adapters.js';
export type {
  AnswerReading,
  ChatChanges,
  JsonObject,
  ProviderAdapter,
  StreamEventReading,
  UpstreamFailure,
  UsageReading,
} from './provider.js';
