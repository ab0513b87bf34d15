/** What is done with a key or model of a channel for one reason. */
interface Treatment {
  /** `cooling` passes by itself; `disabled` wants an administrator, and is tried again now and then all the same. */
  readonly state: 'cooling' | 'disabled';
  /** How long it is left alone at first, in milliseconds; each failed trial doubles it, up to the most. */
  readonly firstMs: number;
  readonly mostMs: number;
}

const DISABLED: Treatment = { state: 'disabled', firstMs: 30_000, mostMs: 3_600_000 };

/** Why a key, or a model of a channel, is kept away from requests, and for how long. */
export const HEALTH_REASONS = {
  /** Too many failures. The most is short: a channel is back within five seconds of its recovery. */
  failing: { state: 'cooling', firstMs: 1_000, mostMs: 2_000 },
  overloaded: { state: 'cooling', firstMs: 500, mostMs: 30_000 },
  rate_limited: { state: 'cooling', firstMs: 500, mostMs: 30_000 },
  key_refused: DISABLED,
  out_of_credit: DISABLED,
  secret_unreadable: DISABLED,
  model_refused: DISABLED,
  region_refused: DISABLED,
  address_wrong: DISABLED,
} as const satisfies Record<string, Treatment>;

/** Why a key, or a model of a channel, is kept away from requests. */
export type HealthReason = keyof typeof HEALTH_REASONS;

/** True where the reason speaks of the load of the moment. */
export function isLoad(reason: HealthReason): boolean {
  return reason === 'rate_limited' || reason === 'overloaded';
}
