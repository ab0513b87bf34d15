export { AnswerBuilder, eventsOf } from './canonical/answer-builder.js';
export type {
  AnswerChoice,
  CanonicalAnswer,
  SafetyRating,
  Stop,
  StopReason,
  UsageReading,
} from './canonical/answer.js';
export type {
  AssistantTurn,
  Attribution,
  CachingSettings,
  CanonicalCall,
  InstructionTurn,
  OutputFormat,
  OutputSettings,
  ReasoningEffort,
  ReasoningSettings,
  SafetySetting,
  SamplingSettings,
  ToolTurn,
  Turn,
  UserTurn,
} from './canonical/call.js';
export type {
  AudioPart,
  CacheMark,
  Citation,
  CitedRange,
  FilePart,
  ImagePart,
  InputPart,
  MediaSource,
  OutputPart,
  ReasoningPart,
  RefusalPart,
  TextPart,
  TokenLogprob,
  ToolCallPart,
  ToolResultPart,
} from './canonical/content.js';
export { DroppedFields } from './canonical/dropped-fields.js';
export type { CanonicalEvent, PartDelta, PartOpening } from './canonical/events.js';
export type { JsonObject } from './canonical/json.js';
export { toPlainId } from './canonical/plain-id.js';
export { readSeal, type Seal, writeSeal } from './canonical/seal.js';
export { textOfParts } from './canonical/text-of-parts.js';
export type { ToolChoice, ToolDefinition } from './canonical/tools.js';
export { askWithout } from './hosted-tool.js';
export { matchesName, NAME_PATTERN } from './name-pattern.js';
export { formatPoints, MICROPOINTS_MAX, MICROPOINTS_PER_POINT, parsePoints } from './points.js';
export { isSaneUsage, NO_USAGE, type PieceUsage, type TokenUsage, type ToolCalls } from './token-usage.js';
export {
  CAPABILITIES,
  DIALECTS,
  isWireFormat,
  OUTCOMES,
  USAGE_SOURCES,
  type Capability,
  type Dialect,
  type Outcome,
  type UsageSource,
  type WireFormat,
  WIRE_FORMATS,
} from './vocabulary.js';
export type { VideoCall, VideoField, VideoImage, VideoSize } from './video.js';
