import type { Channel, ChannelKey } from '../channel.js';
import type { ChannelState } from './channel-state.js';
import type { Circuit } from './circuit.js';
import type { ModelState } from './model-state.js';
import { preferenceOf } from './rendezvous.js';

/** What a request has tried already, by id. A tried channel is out altogether; a tried key leaves its channel's other keys in. */
export interface Tried {
  readonly channelIds: readonly string[];
  readonly keyIds: readonly string[];
}

/** A request that looks for a channel. */
export interface ChannelRequest {
  /** Channels that serve the model, those of higher priority first. */
  readonly candidates: readonly Channel[];
  /** The model's public name. */
  readonly model: string;
  readonly isStream: boolean;
  /** A 32-bit number that requests of one conversation share, so that they find what its channel has cached. */
  readonly affinity?: number | undefined;
  readonly tried?: Tried | undefined;
}

/** A quicker first byte than this is as good as any. */
const LATENCY_MS_MIN = 100;
/** Where nothing else is known, so long a silence with requests waiting says something. */
const SILENCE_MS_MIN = 1_000;
/** Weights decide among channels that do about equally well; one that costs more than twice as much as another loses. */
const COST_RATIO = 2;
/** A conversation stays where its prompt is cached as long as so many of the answers there are good. */
const AFFINITY_HEALTH_MIN = 0.8;

/** Chooses where a request goes, from what it is told and nothing else. One choice is over before the next begins, so it allocates nothing. */
export class ChannelPicker {
  private readonly shares: number[] = [];
  private request!: ChannelRequest;
  private nowMs = 0;
  private isLastResort = false;
  private hasLastResort = false;

  constructor(
    private readonly stateOf: (channel: Channel) => ChannelState,
    private readonly random: () => number,
  ) {}

  /**
   * The channel to use, or undefined where none is usable: of the highest priority that has one, by affinity where the request has one and
   * its favourite does well, else the cheaper of two that are drawn by weight and health. Where all that is left has said that it is busy,
   * but not for how long, it is asked again: a refusal by the upstream is better than ours.
   */
  pickChannel(request: ChannelRequest, nowMs: number): Channel | undefined {
    this.request = request;
    this.nowMs = nowMs;
    this.isLastResort = false;
    this.hasLastResort = false;
    const channel = this.pickUsable(request);
    if (channel !== undefined || !this.hasLastResort) return channel;
    this.isLastResort = true;
    return this.pickUsable(request);
  }

  /** The key to use of the channel that was picked last. */
  pickKey(channel: Channel): ChannelKey | undefined {
    const { keys } = channel;
    const state = this.stateOf(channel);
    if (keys.length === 1) return this.isKeyUsable(keys[0]!, state) ? keys[0] : undefined;
    const { affinity } = this.request;
    let total = 0;
    let favourite: ChannelKey | undefined;
    let preference = 0;
    for (const key of keys) {
      if (!this.isKeyUsable(key, state)) continue;
      total += key.weight;
      if (affinity === undefined || state.key(key.id).reason !== null) continue;
      const own = preferenceOf(affinity, key.id, key.weight);
      if (own <= preference) continue;
      favourite = key;
      preference = own;
    }
    return favourite ?? this.drawKey(keys, state, total);
  }

  private pickUsable({ candidates }: ChannelRequest): Channel | undefined {
    if (candidates.length === 1) return this.isUsable(candidates[0]!) ? candidates[0] : undefined;
    for (let start = 0; start < candidates.length;) {
      const { priority } = candidates[start]!;
      let end = start;
      let total = 0;
      for (; end < candidates.length && candidates[end]!.priority === priority; end += 1)
        total += this.shares[end] = this.shareOf(candidates[end]!);
      if (total > 0) return candidates[this.favourite(start, end) ?? this.cheaperOfTwo(start, end, total)];
      start = end;
    }
    return undefined;
  }

  private drawKey(keys: readonly ChannelKey[], state: ChannelState, total: number): ChannelKey | undefined {
    let rest = this.random() * total;
    let last: ChannelKey | undefined;
    for (const key of keys) {
      if (!this.isKeyUsable(key, state)) continue;
      last = key;
      rest -= key.weight;
      if (rest < 0) break;
    }
    return last;
  }

  private shareOf(channel: Channel): number {
    return this.isUsable(channel) ? channel.weight * this.modelOf(channel).health(this.nowMs) : 0;
  }

  private isUsable(channel: Channel): boolean {
    if (this.request.tried?.channelIds.includes(channel.id)) return false;
    const state = this.stateOf(channel);
    if (channel.concurrencyMax !== null && state.inFlight >= channel.concurrencyMax) return false;
    return this.lets(this.modelOf(channel).circuit) && this.hasUsableKey(channel, state);
  }

  private hasUsableKey({ keys }: Channel, state: ChannelState): boolean {
    for (const key of keys) if (this.isKeyUsable(key, state)) return true;
    return false;
  }

  private isKeyUsable(key: ChannelKey, state: ChannelState): boolean {
    if (!key.enabled || this.request.tried?.keyIds.includes(key.id)) return false;
    return this.lets(state.key(key.id));
  }

  private lets(circuit: Circuit): boolean {
    if (circuit.allows(this.nowMs)) return true;
    this.hasLastResort ||= circuit.isSoft;
    return this.isLastResort && circuit.isSoft;
  }

  /** Where the conversation's prompt is likely to be cached; undefined without affinity, or where nobody does well. */
  private favourite(start: number, end: number): number | undefined {
    const { affinity, candidates } = this.request;
    if (affinity === undefined) return undefined;
    let favourite: number | undefined;
    let preference = 0;
    for (let at = start; at < end; at += 1) {
      const { id, weight } = candidates[at]!;
      // A share of its whole weight, or nearly so: healthy, and not one that has yet to be tried after a failure.
      if (this.shares[at]! < weight * AFFINITY_HEALTH_MIN || this.modelOf(candidates[at]!).circuit.reason !== null)
        continue;
      const own = preferenceOf(affinity, id, weight);
      if (own <= preference) continue;
      favourite = at;
      preference = own;
    }
    return favourite;
  }

  private cheaperOfTwo(start: number, end: number, total: number): number {
    const first = this.draw(start, end, total);
    const others = total - this.shares[first]!;
    if (others <= 0) return first;
    this.shares[first] = 0;
    const second = this.draw(start, end, others);
    return this.costsMuchLess(this.request.candidates[second]!, this.request.candidates[first]!) ? second : first;
  }

  private draw(start: number, end: number, total: number): number {
    let rest = this.random() * total;
    let last = start;
    for (let at = start; at < end; at += 1) {
      if (this.shares[at] === 0) continue;
      last = at;
      rest -= this.shares[at]!;
      if (rest < 0) break;
    }
    return last;
  }

  private costsMuchLess(one: Channel, other: Channel): boolean {
    const weightMin = Math.min(one.weight, other.weight);
    const oneMs = this.latencyOf(one);
    const otherMs = this.latencyOf(other);
    const areKnown = oneMs > 0 && otherMs > 0;
    const oneCost = this.loadOf(one, weightMin) * (areKnown ? oneMs : 1);
    return oneCost * COST_RATIO < this.loadOf(other, weightMin) * (areKnown ? otherMs : 1);
  }

  /** Requests in flight and the one to come, as many as its share of them counts for one. */
  private loadOf(channel: Channel, weightMin: number): number {
    return 1 + (this.stateOf(channel).inFlight * weightMin) / channel.weight;
  }

  /** What a first byte takes, in milliseconds, or the silence in which one is awaited where that is longer; 0 where nothing is known. */
  private latencyOf(channel: Channel): number {
    const state = this.stateOf(channel);
    const model = this.modelOf(channel);
    const knownMs = (this.request.isStream ? model.stream : model.plain).read(this.nowMs);
    const silenceMs = state.awaiting > 0 ? this.nowMs - state.quietSinceMs : 0;
    if (knownMs === 0) return silenceMs < SILENCE_MS_MIN ? 0 : silenceMs;
    return Math.max(knownMs, silenceMs, LATENCY_MS_MIN);
  }

  private modelOf(channel: Channel): ModelState {
    return this.stateOf(channel).model(channel.models.get(this.request.model) ?? this.request.model);
  }
}
