import type {
  Citation,
  MediaSource,
  OutputPart,
  Seal,
  Stop,
  StopReason,
  TokenLogprob,
  TokenUsage,
  ToolCallPart,
} from '@tokenbay/protocol';
import { type JsonObject, parseObject } from '@tokenbay/providers';
import type { RenderContext } from '../../relay/exchange/renderer.js';
import { carrySeal } from './carried-seal.js';

const FINISH_REASONS: Readonly<Record<StopReason, string>> = {
  end: 'STOP',
  stop_sequence: 'STOP',
  max_tokens: 'MAX_TOKENS',
  context_window: 'MAX_TOKENS',
  tool_call: 'STOP',
  refusal: 'SAFETY',
  content_filter: 'SAFETY',
  pause: 'OTHER',
  other: 'OTHER',
};

/** What every answer and every piece of one ends with. */
export function footOf({ requestId, model }: RenderContext): JsonObject {
  return { modelVersion: model, responseId: requestId };
}

/** Why a candidate ended, and how it was judged. */
export function renderStop({ reason, safetyRatings }: Stop): JsonObject {
  return {
    finishReason: FINISH_REASONS[reason],
    ...(safetyRatings && {
      safetyRatings: safetyRatings.map(({ category, probability, isBlocked }) => ({
        ...{ category, probability },
        ...(isBlocked && { blocked: true }),
      })),
    }),
  };
}

/** Disjoint kinds as Gemini counts them: cached, written and sounding tokens inside the prompt's, thoughts beside the candidates'. */
export function renderUsage(usage: TokenUsage): JsonObject {
  const text = usage.inputTokens + usage.cachedInputTokens + usage.cacheWriteTokens + usage.cacheWriteLongTokens;
  const prompt = text + usage.audioInputTokens;
  const output = usage.outputTokens + usage.audioOutputTokens + (usage.imageOutputTokens ?? 0);
  return {
    promptTokenCount: prompt,
    ...(usage.cachedInputTokens > 0 && { cachedContentTokenCount: usage.cachedInputTokens }),
    candidatesTokenCount: output - usage.reasoningTokens,
    ...(usage.reasoningTokens > 0 && { thoughtsTokenCount: usage.reasoningTokens }),
    totalTokenCount: prompt + output,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: text },
      ...(usage.audioInputTokens > 0 ? [{ modality: 'AUDIO', tokenCount: usage.audioInputTokens }] : []),
    ],
  };
}

/** The parts of a whole answer. Thoughts are shown only to who wants them; their seals come back either way. */
export function renderPart(part: OutputPart, showsThoughts: boolean): JsonObject[] {
  switch (part.type) {
    case 'text':
      return renderText(part.text, part.seal);
    case 'refusal':
      return renderText(part.text, undefined);
    case 'reasoning':
      return renderText(showsThoughts ? part.text : '', part.seal).map((written) => ({ ...written, thought: true }));
    case 'tool_call':
      return [renderCall(part)];
    case 'image':
      return [{ ...renderSource(part.source), ...renderSeal(part.seal) }];
    case 'audio':
      return [renderSource(part.source)];
  }
}

/** A call of a function, with its arguments as the object they are. */
export function renderCall({ id, name, kind, input, seal }: Omit<ToolCallPart, 'type'>): JsonObject {
  const isText = kind === 'custom' && input !== '';
  const args = isText ? { input } : input === '' ? {} : (parseObject(input) ?? { input });
  return { functionCall: { id, name, args }, ...renderSeal(seal) };
}

/** A picture or sound, in place or by its address. */
export function renderSource(source: MediaSource): JsonObject {
  if (source.kind === 'base64') return { inlineData: { mimeType: source.mediaType, data: source.data } };
  if (source.kind === 'text') return { text: source.text };
  return { fileData: { fileUri: source.url, ...(source.mediaType !== undefined && { mimeType: source.mediaType }) } };
}

/** The signature of a part; nothing where it has none. */
export function renderSeal(seal: Seal | undefined): JsonObject {
  return seal ? { thoughtSignature: carrySeal(seal) } : {};
}

/** How likely each token was, and what else there was. */
export function renderLogprobs(logprobs: readonly TokenLogprob[]): JsonObject {
  const entry = ({ token, logprob }: Pick<TokenLogprob, 'token' | 'logprob'>): JsonObject => ({
    token,
    logProbability: logprob,
  });
  return {
    logprobsResult: {
      topCandidates: logprobs.map(({ alternatives }) => ({ candidates: alternatives.map(entry) })),
      chosenCandidates: logprobs.map(entry),
    },
  };
}

/** Where statements come from, as what the answer is grounded in; nothing for places in documents, which Gemini does not tell. */
export function renderCitations(citations: readonly Citation[]): JsonObject {
  const chunks = citations.flatMap((citation) =>
    citation.kind === 'url' ? [{ web: { uri: citation.url, title: citation.title ?? citation.url } }] : [],
  );
  return chunks.length > 0 ? { groundingMetadata: { groundingChunks: chunks } } : {};
}

function renderText(text: string, seal: Seal | undefined): JsonObject[] {
  return text === '' && !seal ? [] : [{ text, ...renderSeal(seal) }];
}
