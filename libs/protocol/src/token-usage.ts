/**
 * What one answer consumed, in tokens, the same for every dialect. The input kinds are disjoint: `inputTokens` excludes what was read
 * from or written to a prompt cache. `outputTokens` includes `reasoningTokens`; audio tokens are counted apart from text.
 */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWriteLongTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly audioInputTokens: number;
  readonly audioOutputTokens: number;
  /** Of pictures, where they are counted apart from text; absent means none. */
  readonly imageInputTokens?: number;
  readonly imageOutputTokens?: number;
}

/** What one answer consumed of what is no token; absent means that nothing is known of it. */
export interface PieceUsage {
  /** Pictures that were delivered. */
  readonly images?: number;
  /** Of sound that was read. */
  readonly seconds?: number;
  /** Of text that was spoken. */
  readonly characters?: number;
}

/**
 * Calls of tools that ran at the provider, by the name under which its answers count them, as they were reported: sense or nonsense. What is
 * absent was not called.
 */
export type ToolCalls = Readonly<Record<string, number>>;

/** A usage of nothing, to be overridden where something was consumed. */
export const NO_USAGE: TokenUsage = Object.freeze({
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  cacheWriteLongTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  audioInputTokens: 0,
  audioOutputTokens: 0,
});

/** True where every count is a non-negative safe integer and no part exceeds its whole. */
export function isSaneUsage(usage: TokenUsage): boolean {
  return (
    Object.values(usage).every((count) => Number.isSafeInteger(count) && count >= 0) &&
    usage.reasoningTokens <= usage.outputTokens
  );
}
