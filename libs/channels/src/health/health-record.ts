/** What a finding is about: a key of a channel, or a model at it, by the upstream's name. One of them is null. */
export interface HealthSubject {
  readonly channelId: string;
  readonly keyId: string | null;
  readonly upstreamModel: string | null;
}

/** A finding as `channel_health` keeps it. What is well has no row. */
export interface HealthRecord extends HealthSubject {
  readonly state: 'cooling' | 'disabled';
  readonly reason: string;
  /** Milliseconds until it is tried again, by the database's clock; negative where that time has come. */
  readonly waitMs: number;
}

/** The name of a subject within one process. */
export function nameOf({ channelId, keyId, upstreamModel }: HealthSubject): string {
  return keyId === null ? `${channelId} model ${upstreamModel}` : `${channelId} key ${keyId}`;
}
