/** The parts of Gemini's wire format that the gateway reads. Every field may be absent or null; zeros, false and empty lists mostly are. */
export interface AnswerWire {
  readonly candidates?: unknown;
  readonly promptFeedback?: PromptFeedbackWire | null;
  readonly usageMetadata?: UsageWire | null;
  readonly responseId?: unknown;
  readonly error?: ErrorWire | null;
}

export interface CandidateWire {
  readonly index?: unknown;
  readonly content?: { readonly parts?: unknown } | null;
  readonly finishReason?: unknown;
  readonly safetyRatings?: unknown;
  readonly citationMetadata?: { readonly citationSources?: unknown } | null;
  readonly logprobsResult?: LogprobsWire | null;
  readonly groundingMetadata?: GroundingWire | null;
  readonly urlContextMetadata?: { readonly urlMetadata?: unknown } | null;
}

/** What the provider's own searches found. */
export interface GroundingWire {
  readonly webSearchQueries?: unknown;
  readonly imageSearchQueries?: unknown;
  readonly searchEntryPoint?: unknown;
  readonly groundingChunks?: unknown;
  readonly googleMapsWidgetContextToken?: unknown;
}

export interface PartWire {
  readonly text?: unknown;
  readonly thought?: unknown;
  readonly thoughtSignature?: unknown;
  readonly functionCall?: CallWire | null;
  readonly inlineData?: BlobWire | null;
  readonly executableCode?: unknown;
  readonly toolCall?: { readonly toolType?: unknown } | null;
}

export interface CallWire {
  readonly id?: unknown;
  readonly name?: unknown;
  readonly args?: unknown;
}

export interface BlobWire {
  readonly mimeType?: unknown;
  readonly data?: unknown;
}

export interface PromptFeedbackWire {
  readonly blockReason?: unknown;
}

export interface LogprobsWire {
  readonly chosenCandidates?: unknown;
  readonly topCandidates?: unknown;
}

export interface LogprobWire {
  readonly token?: unknown;
  readonly logProbability?: unknown;
}

export interface RatingWire {
  readonly category?: unknown;
  readonly probability?: unknown;
  readonly blocked?: unknown;
}

export interface CitationWire {
  readonly uri?: unknown;
  readonly title?: unknown;
}

export interface UsageWire {
  readonly promptTokenCount?: unknown;
  readonly cachedContentTokenCount?: unknown;
  readonly candidatesTokenCount?: unknown;
  readonly thoughtsTokenCount?: unknown;
  readonly toolUsePromptTokenCount?: unknown;
  readonly promptTokensDetails?: unknown;
  readonly cacheTokensDetails?: unknown;
  readonly candidatesTokensDetails?: unknown;
}

export interface ErrorWire {
  readonly message?: unknown;
  readonly status?: unknown;
  readonly details?: unknown;
}

/** One of `details`: `ErrorInfo` has a reason, `RetryInfo` a delay, `QuotaFailure` what was exceeded. */
export interface DetailWire {
  readonly '@type'?: unknown;
  readonly reason?: unknown;
  readonly retryDelay?: unknown;
  readonly violations?: unknown;
}

/** The objects in a list; nothing where it is none. */
export function objectsIn<T extends object>(value: unknown): T[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is T => typeof item === 'object' && item !== null);
}

/** The value where it is text, else nothing. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
