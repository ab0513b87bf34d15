export { findAdapter } from './adapters.js';
export { cleanMessage } from './clean-message.js';
export type {
  AnswerReading,
  ChatChanges,
  JsonObject,
  ProviderAdapter,
  StreamEventReading,
  UpstreamFailure,
  UpstreamFailureReason,
  UsageReading,
} from './provider.js';
