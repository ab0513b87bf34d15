import type { CanonicalCall, WireFormat } from '@tokenbay/protocol';

/** Fewer are refused in Responses. */
const OUTPUT_TOKENS_MIN = 16;

/**
 * Which of OpenAI's formats carries a converted call best. Responses keeps reasoning from one turn to the next, and newer models take tools
 * together with an effort only there; what it has no fields for is asked for in Chat Completions.
 */
export function chooseOpenAiFormat(call: CanonicalCall): WireFormat {
  if (demandsChat(call)) return 'openai-chat';
  return call.reasoning === undefined && hintsAtChat(call) ? 'openai-chat' : 'openai-responses';
}

function demandsChat({ output, sampling, turns }: CanonicalCall): boolean {
  const { choices, modalities, tokensMax } = output;
  return (
    choices > 1 ||
    modalities.some((modality) => modality !== 'text') ||
    (tokensMax !== undefined && tokensMax < OUTPUT_TOKENS_MIN) ||
    (sampling.stopSequences?.length ?? 0) > 0 ||
    sampling.logitBias !== undefined ||
    turns.some(({ content }) => content.some(({ type }) => type === 'audio'))
  );
}

function hintsAtChat({ sampling }: CanonicalCall): boolean {
  const { seed, presencePenalty, frequencyPenalty } = sampling;
  return seed !== undefined || Boolean(presencePenalty) || Boolean(frequencyPenalty);
}
