export { findAdapter, OPENAI_DIALECTS } from './adapters.js';
export { carryCustomTools } from './carry-custom-tools.js';
export { cleanMessage } from './clean-message.js';
export { parseObject } from './parse-object.js';
export type { MediaWire } from './media-wire.js';
export type { EmbeddingAnswer, EmbeddingCall, EmbeddingsFormat, EmbeddingsWire } from './embeddings-wire.js';
export type {
  AnswerReading,
  JsonObject,
  PictureTraits,
  UpstreamFailure,
  UpstreamFailureReason,
  UsageReading,
} from './provider.js';
export type { ProviderAdapter } from './provider-adapter.js';
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
export type {
  VideoError,
  VideoFormPart,
  VideoHandle,
  VideoPollPace,
  VideoProgress,
  VideoRequest,
  VideoRequestBody,
  VideoResult,
  VideoSubmission,
  VideoSubmissionReading,
  VideoTerms,
  VideoUsage,
  VideoWire,
} from './video-wire.js';
export type { WholeWire } from './whole-wire.js';
