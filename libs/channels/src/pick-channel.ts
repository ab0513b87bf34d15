import type { Channel, ChannelKey } from './channel.js';

/** What a request has tried already. A tried channel is out altogether; a tried key leaves its channel's other keys in. */
export interface Tried {
  readonly channelIds: ReadonlySet<string>;
  readonly keyIds: ReadonlySet<string>;
}

/** Where to send a request, or why there is nowhere. */
export type ChannelPick =
  | { readonly channel: Channel; readonly key: ChannelKey }
  | { readonly refusal: 'channel_unavailable' | 'channel_key_unavailable' };

interface Weighted {
  readonly weight: number;
}

/**
 * Picks among the candidates that are left: the highest priority that has a usable key, by weight within it, then by weight among the
 * channel's usable keys. `random` answers numbers in [0, 1).
 */
export function pickChannel(
  candidates: readonly Channel[],
  { tried, random }: { readonly tried: Tried; readonly random: () => number },
): ChannelPick {
  const left = candidates.filter(({ id }) => !tried.channelIds.has(id));
  if (left.length === 0) return { refusal: 'channel_unavailable' };
  const isUsable = (key: ChannelKey) => key.enabled && !tried.keyIds.has(key.id);
  const usable = left.filter(({ keys }) => keys.some(isUsable));
  if (usable.length === 0) return { refusal: 'channel_key_unavailable' };
  const priority = usable.reduce((highest, channel) => Math.max(highest, channel.priority), -Infinity);
  const channel = pickByWeight(
    usable.filter((candidate) => candidate.priority === priority),
    random,
  );
  return { channel, key: pickByWeight(channel.keys.filter(isUsable), random) };
}

function pickByWeight<T extends Weighted>(items: readonly T[], random: () => number): T {
  let rest = random() * items.reduce((sum, { weight }) => sum + weight, 0);
  return items.find(({ weight }) => (rest -= weight) < 0) ?? items.at(-1)!;
}
