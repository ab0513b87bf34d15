/** What the house knows about a provider before it speaks to it. */
interface ProviderFacts {
  /** Appended to a base URL that is a bare origin. */
  readonly versionPath: string;
}

/** The providers that channels can have: those with an adapter, and only those. */
export const PROVIDERS = {
  openai: { versionPath: '/v1' },
  'openai-compatible': { versionPath: '/v1' },
  anthropic: { versionPath: '/v1' },
} as const satisfies Record<string, ProviderFacts>;

/** A provider's name as administrators write it. */
export type Provider = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as Provider[];
