/** The wire formats that clients speak to the gateway. The number is what the usage log stores; it is never reused. */
export const DIALECTS = { openai: 1, anthropic: 2, gemini: 3 } as const;
export type Dialect = keyof typeof DIALECTS;

/** What a model can be asked to do. A request names one of these by the path it comes on. */
export const CAPABILITIES = [
  'text',
  'embeddings',
  'image_generation',
  'image_editing',
  'speech',
  'transcription',
  'video',
  'moderation',
  'rerank',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Where a charge's quantities come from: the upstream's report, our own count, or a report that had to be clamped. */
export const USAGE_SOURCES = { reported: 1, estimated: 2, suspect: 3 } as const;
export type UsageSource = keyof typeof USAGE_SOURCES;

/** How a request that reached an upstream ended. */
export const OUTCOMES = { completed: 1, client_left: 2, failed: 3 } as const;
export type Outcome = keyof typeof OUTCOMES;

/**
 * The formats in which text is asked for and answered, each named as the surface that speaks it. A request passes through where client and
 * upstream share one, and is converted otherwise.
 */
export const WIRE_FORMATS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini-generate'] as const;
export type WireFormat = (typeof WIRE_FORMATS)[number];

/** True for the name of a wire format. */
export function isWireFormat(name: string): name is WireFormat {
  return (WIRE_FORMATS as readonly string[]).includes(name);
}
