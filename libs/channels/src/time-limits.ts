import type { ChannelEntity } from './channel.entity.js';

/** How long one attempt may take, in milliseconds. */
export interface TimeLimits {
  /** Until the connection stands, TLS included. */
  readonly connectTimeoutMs: number;
  /** From the request sent to the first byte of the answer. */
  readonly firstByteTimeoutMs: number;
  /** Between two pieces of the answer. */
  readonly idleTimeoutMs: number;
  /** Of the whole attempt. */
  readonly totalTimeoutMs: number;
}

/** The limits of a channel that sets none, as administrators see them: of streams, but for the total, which is of plain requests. */
export const TIME_LIMIT_DEFAULTS: TimeLimits = {
  connectTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  firstByteTimeoutMs: 120_000,
  // Below the 300 s after which common clients hang up and repeat the request.
  totalTimeoutMs: 280_000,
};

/** How long a task may run at its provider; a video that takes longer than a day is not coming. */
export const TASK_TIMEOUT_MS_DEFAULT = 86_400_000;

const STREAM_TOTAL_TIMEOUT_MS = 3_600_000;

/**
 * The limits of one kind of request over a channel. What the channel sets holds for both kinds. By default a stream may last an hour,
 * and a plain answer may be silent up to its total limit, since it comes only when the model has finished.
 */
export function timeLimitsOf(channel: ChannelEntity, { isStream }: { isStream: boolean }): TimeLimits {
  const { connectTimeoutMs, firstByteTimeoutMs, idleTimeoutMs, totalTimeoutMs } = TIME_LIMIT_DEFAULTS;
  const totalMs = channel.totalTimeoutMs ?? (isStream ? STREAM_TOTAL_TIMEOUT_MS : totalTimeoutMs);
  return {
    connectTimeoutMs: channel.connectTimeoutMs ?? connectTimeoutMs,
    firstByteTimeoutMs: channel.firstByteTimeoutMs ?? (isStream ? firstByteTimeoutMs : totalMs),
    idleTimeoutMs: channel.idleTimeoutMs ?? (isStream ? idleTimeoutMs : totalMs),
    totalTimeoutMs: totalMs,
  };
}
