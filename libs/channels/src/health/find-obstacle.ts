import type { Channel } from '../channel.js';
import type { ChannelRequest } from './channel-picker.js';
import type { ChannelState } from './channel-state.js';
import type { Circuit } from './circuit.js';
import { HEALTH_REASONS, isLoad } from './health-reason.js';

/**
 * What keeps a request away from every channel.
 *
 * `saturated`: at their concurrency limit, or asked us to wait · `cooling`: a channel that failed will be tried again · `key_cooling`: a key
 * will be · `key`: there is no usable key · `channel`: nothing serves the model.
 */
export type ObstacleKind = 'saturated' | 'cooling' | 'key_cooling' | 'key' | 'channel';

/** An obstacle, and how long it lasts at least; 0 where that is not known. */
export interface Obstacle {
  readonly kind: ObstacleKind;
  readonly waitMs: number;
}

/** What waiting may mend comes first. */
const ORDER: readonly ObstacleKind[] = ['saturated', 'cooling', 'key_cooling', 'key', 'channel'];

/** Says of a request that no channel was picked for what keeps it away, and when that ends. */
export function findObstacle(
  { candidates, model, tried }: ChannelRequest,
  nowMs: number,
  stateOf: (channel: Channel) => ChannelState,
): Obstacle {
  const obstacles = candidates
    .filter(({ id }) => !tried?.channelIds.includes(id))
    .map((channel) => obstacleAt(channel, channel.models.get(model) ?? model, { state: stateOf(channel), nowMs }));
  return least(obstacles);
}

interface Sight {
  readonly state: ChannelState;
  readonly nowMs: number;
}

function obstacleAt(channel: Channel, upstreamModel: string, { state, nowMs }: Sight): Obstacle {
  const ofModel = obstacleOf(state.model(upstreamModel).circuit, nowMs, { cooling: 'cooling', disabled: 'channel' });
  if (ofModel) return ofModel;
  const keys = channel.keys.filter(({ enabled }) => enabled);
  const ofKeys = keys
    .map(({ id }) => obstacleOf(state.key(id), nowMs, { cooling: 'key_cooling', disabled: 'key' }))
    .filter((obstacle) => obstacle !== undefined);
  if (ofKeys.length === keys.length) return ofKeys.length === 0 ? { kind: 'key', waitMs: 0 } : least(ofKeys);
  const isFull = channel.concurrencyMax !== null && state.inFlight >= channel.concurrencyMax;
  // What is usable, and was not picked all the same, has keys that this request has tried.
  return { kind: isFull ? 'saturated' : 'key', waitMs: 0 };
}

/** Undefined where the circuit lets requests through. */
function obstacleOf(
  circuit: Circuit,
  nowMs: number,
  kinds: Readonly<Record<'cooling' | 'disabled', ObstacleKind>>,
): Obstacle | undefined {
  const { reason, untilMs } = circuit;
  if (reason === null || circuit.allows(nowMs)) return undefined;
  return {
    kind: isLoad(reason) ? 'saturated' : kinds[HEALTH_REASONS[reason].state],
    waitMs: Math.max(untilMs - nowMs, 0),
  };
}

function least(obstacles: readonly Obstacle[]): Obstacle {
  const kind = ORDER.find((candidate) => obstacles.some((obstacle) => obstacle.kind === candidate)) ?? 'channel';
  const waits = obstacles.filter((obstacle) => obstacle.kind === kind).map(({ waitMs }) => waitMs);
  return { kind, waitMs: waits.length === 0 ? 0 : Math.min(...waits) };
}
