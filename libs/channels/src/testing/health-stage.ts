import type { Channel } from '../channel.js';
import { ChannelHealth } from '../health/channel-health.js';
import type { ChannelRequest } from '../health/channel-picker.js';
import type { Visit } from '../health/visit.js';

/** The time and the chance that a test sets. */
export const stage = { nowMs: 1_000_000, chance: 0 };

export const health = () => new ChannelHealth({ now: () => stage.nowMs, random: () => stage.chance });
export const key = (id: string, more: object = {}) => ({ id, weight: 1, enabled: true, ...more });
export const channel = (id: string, more: object = {}) =>
  ({
    ...{ id, priority: 0, weight: 1, concurrencyMax: null, models: new Map([['model', 'upstream']]) },
    keys: [key(`${id}-key`)],
    ...more,
  }) as unknown as Channel;
export const request = (candidates: Channel[], more: Partial<ChannelRequest> = {}): ChannelRequest => ({
  ...{ candidates, model: 'model', isStream: false },
  ...more,
});
export const nameOf = (visit: Visit | undefined) => visit && `${visit.channel.id}/${visit.key.id}`;
export const tried = (channelIds: string[], keyIds: string[] = []) => ({ tried: { channelIds, keyIds } });
export const A_THOUSAND = Array.from({ length: 1_000 }, (_, index) => index);

/** How often each place is chosen over chances spread evenly, each request over before the next. */
export function shares(house: ChannelHealth, asked: ChannelRequest): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const index of A_THOUSAND) {
    stage.chance = (index + 0.5) / 1_000;
    const visit = house.visit(asked);
    const name = nameOf(visit) ?? 'nowhere';
    counts[name] = (counts[name] ?? 0) + 1;
    visit?.release();
  }
  return counts;
}

/** Sets time and chance back. */
export function resetStage(): void {
  stage.nowMs = 1_000_000;
  stage.chance = 0;
}
