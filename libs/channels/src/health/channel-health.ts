import type { Channel } from '../channel.js';
import { ChannelPicker, type ChannelRequest } from './channel-picker.js';
import { ChannelState } from './channel-state.js';
import { findObstacle, type Obstacle } from './find-obstacle.js';
import { RetryBudget } from './retry-budget.js';
import { type HealthSummary, summarizeHealth } from './summarize-health.js';
import { type Place, Visit, type VisitDesk } from './visit.js';

/** Told after the circuit of a key, or of a model at a channel, has changed. */
export type HealthListener = (place: Place, subject: 'key' | 'model') => void;

/** A monotonic clock in milliseconds, and chance in [0, 1). */
export interface HealthSources {
  readonly now: () => number;
  readonly random: () => number;
}

/** How every channel does, as this process sees it, and the choice that follows from it. Nothing here waits. */
export class ChannelHealth {
  readonly retries: RetryBudget;
  private readonly states = new Map<string, ChannelState>();
  private readonly picker: ChannelPicker;
  private readonly desk: VisitDesk;
  private listener: HealthListener | undefined;
  private readonly stateOf = ({ id }: Channel): ChannelState => this.stateById(id);

  constructor(readonly sources: HealthSources = { now: () => performance.now(), random: Math.random }) {
    const { now, random } = sources;
    this.retries = new RetryBudget(now);
    this.picker = new ChannelPicker(this.stateOf, random);
    this.desk = { now, random, onChange: (place, subject) => this.listener?.(place, subject) };
  }

  /** Sends a request to the best channel and key that are usable and untried; undefined where none is. */
  visit(request: ChannelRequest): Visit | undefined {
    const nowMs = this.sources.now();
    const channel = this.picker.pickChannel(request, nowMs);
    const key = channel && this.picker.pickKey(channel);
    if (!key) return undefined;
    const { model, isStream } = request;
    const upstreamModel = channel.models.get(model) ?? model;
    return new Visit(this.desk, { channel, key, upstreamModel, isStream, state: this.stateOf(channel) }, nowMs);
  }

  /** Sends a request to this place whatever is known of it, as tests of channels do. */
  visitPlace(place: Omit<Place, 'state'>): Visit {
    return new Visit(this.desk, { ...place, state: this.stateOf(place.channel) }, this.sources.now());
  }

  /** What keeps a request away that `visit` found no channel for. */
  obstacleOf(request: ChannelRequest): Obstacle {
    return findObstacle(request, this.sources.now(), this.stateOf);
  }

  /** One listener hears of every change. */
  onChange(listener: HealthListener): void {
    this.listener = listener;
  }

  /** The state of a channel, made where there is none. */
  stateById(id: string): ChannelState {
    let state = this.states.get(id);
    if (!state) this.states.set(id, (state = new ChannelState()));
    return state;
  }

  /** Every channel that something is known of, by id. */
  all(): ReadonlyMap<string, ChannelState> {
    return this.states;
  }

  /** What is kept away from requests at the moment, by channel id. */
  summary(): [channelId: string, summary: HealthSummary][] {
    const nowMs = this.sources.now();
    return [...this.states].map(([id, state]) => [id, summarizeHealth(state, nowMs)]);
  }

  /** Forgets channels and keys that are gone, and nothing that is in use. */
  retain(channels: ReadonlyMap<string, Channel>): void {
    for (const [id, state] of this.states) {
      const channel = channels.get(id);
      if (!channel) {
        if (state.inFlight === 0) this.states.delete(id);
        continue;
      }
      const keyIds = new Set(channel.keys.map((key) => key.id));
      for (const keyId of state.keys.keys()) if (!keyIds.has(keyId)) state.keys.delete(keyId);
      const upstreamModels = new Set(channel.models.values());
      for (const name of state.models.keys()) if (!upstreamModels.has(name)) state.models.delete(name);
    }
  }
}
