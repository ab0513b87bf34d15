/** What every dialect offers, and every provider of text, one row of the published table each. */
export const FEATURES = {
  plain: 'plain answer',
  stream: 'stream',
  tools: 'tools',
  streamedTools: 'streamed tools',
  image: 'image input',
  structured: 'structured output',
  system: 'system prompt',
  results: 'tool results, multi-turn',
  thinking: 'thinking',
  stop: 'stop sequence',
  limit: 'output limit reached',
  error: 'error',
} as const;

export type Feature = keyof typeof FEATURES;

/** A key, and a model that one provider serves. */
export interface Stage {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** The last body that the provider was sent. */
  readonly sent: () => Promise<Record<string, unknown>>;
}

/** Does one thing with an official client library, unmodified; rejects where the answer is not what it must be. */
export type Trial = (stage: Stage) => Promise<void>;

/** One dialect, spoken by its official library. */
export interface Speaker {
  readonly dialect: string;
  readonly library: string;
  /** A feature that the dialect does not have is absent. */
  readonly trials: Readonly<Partial<Record<Feature, Trial>>>;
}

export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
/** What the fake upstream says unless it is told otherwise. */
export const TEXT = 'Hello from the fake';
export const INSTRUCTION = 'Answer like a harbour pilot.';
export const PLACE = 'Lisbon, Portugal';
export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a place.',
  schema: {
    type: 'object' as const,
    properties: { location: { type: 'string' as const } },
    required: ['location'],
    additionalProperties: false,
  },
};
export const ANSWER_SCHEMA = {
  type: 'object' as const,
  properties: { answer: { type: 'string' as const } },
  required: ['answer'],
  additionalProperties: false,
};
