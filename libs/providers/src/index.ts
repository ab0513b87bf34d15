export { MESSAGES_CONVERSION } from './anthropic/index.js';
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
export type {
  ConversionWire,
  Endpoint,
  EndpointTarget,
  PassThroughWire,
  ScannedEvent,
  ScanTerms,
  StreamReader,
  StreamScanner,
  TextWire,
  WriteTerms,
} from './text-wire.js';
export { isFailure } from './text-wire.js';
