import type { Channel, ChannelKey } from '../channel.js';
import type { ChannelState } from './channel-state.js';
import type { Circuit } from './circuit.js';
import type { HealthReason } from './health-reason.js';
import type { ModelState } from './model-state.js';

/** What a request found wrong at a channel, and how long the upstream asks to be left alone. */
export interface VisitFailure {
  readonly reason: HealthReason;
  readonly waitMs?: number | undefined;
}

/** Where a request goes, and what is known of that place. */
export interface Place {
  readonly channel: Channel;
  readonly key: ChannelKey;
  /** The upstream's name of the model. */
  readonly upstreamModel: string;
  readonly isStream: boolean;
  readonly state: ChannelState;
}

/** What a visit needs of those who keep the health of channels. */
export interface VisitDesk {
  readonly now: () => number;
  readonly random: () => number;
  /** Told after a circuit has opened, closed, or stays open for longer. */
  readonly onChange: (place: Place, subject: 'key' | 'model') => void;
}

const KEY_REASONS: ReadonlySet<HealthReason> = new Set([
  'rate_limited',
  'key_refused',
  'out_of_credit',
  'secret_unreadable',
]);

/** One request at one channel with one of its keys: in flight until it ends, and what it finds there is remembered. */
export class Visit {
  private readonly keyCircuit: Circuit;
  private readonly model: ModelState;
  private isAwaiting = true;
  private isOver = false;

  constructor(
    private readonly desk: VisitDesk,
    private readonly place: Place,
    private readonly startedAtMs: number,
  ) {
    const { state, key, upstreamModel } = place;
    this.keyCircuit = state.key(key.id);
    this.model = state.model(upstreamModel);
    if (state.awaiting === 0) state.quietSinceMs = startedAtMs;
    state.awaiting += 1;
    state.inFlight += 1;
    this.keyCircuit.enter(this, startedAtMs);
    this.model.circuit.enter(this, startedAtMs);
  }

  get channel(): Channel {
    return this.place.channel;
  }

  get key(): ChannelKey {
    return this.place.key;
  }

  get upstreamModel(): string {
    return this.place.upstreamModel;
  }

  /** The answer has begun well: key and model work, and this is how long they took. */
  begin(nowMs = this.desk.now()): void {
    if (!this.isAwaiting || this.isOver) return;
    this.answered(nowMs);
    const { model } = this;
    (this.place.isStream ? model.stream : model.plain).observe(nowMs - this.startedAtMs, nowMs);
    this.confirm(nowMs);
  }

  /** The whole answer was good. */
  succeed(): void {
    if (this.isOver) return;
    const nowMs = this.desk.now();
    this.begin(nowMs);
    this.leave(nowMs);
    this.countGood(nowMs);
  }

  /** The upstream refused the request for the request's own sake: key and model work. */
  refuse(): void {
    if (this.isOver) return;
    const nowMs = this.desk.now();
    this.confirm(nowMs);
    this.leave(nowMs);
    this.countGood(nowMs);
  }

  /** Nothing was found out: the client left, or it was we who ended it. */
  release(): void {
    if (!this.isOver) this.leave(this.desk.now());
  }

  /** Something is wrong with the key, or with the model at this channel. */
  fail(failure: VisitFailure): void {
    if (this.isOver) return;
    const nowMs = this.desk.now();
    if (KEY_REASONS.has(failure.reason)) this.open('key', failure, nowMs);
    else if (failure.reason !== 'failing' || this.isOneTooMany(nowMs)) this.open('model', failure, nowMs);
    this.leave(nowMs);
  }

  private countGood(nowMs: number): void {
    if (!this.model.circuit.isStale(this.startedAtMs)) this.model.countGood(nowMs, this.startedAtMs);
  }

  private isOneTooMany(nowMs: number): boolean {
    const { circuit } = this.model;
    if (circuit.reason !== null) return true;
    return !circuit.isStale(this.startedAtMs) && this.model.countFailed(nowMs, this.startedAtMs);
  }

  private confirm(nowMs: number): void {
    if (this.keyCircuit.close(this.startedAtMs, nowMs)) this.desk.onChange(this.place, 'key');
    if (!this.model.circuit.close(this.startedAtMs, nowMs)) return;
    this.model.forget();
    this.desk.onChange(this.place, 'model');
  }

  private open(subject: 'key' | 'model', { reason, waitMs }: VisitFailure, nowMs: number): void {
    const circuit = subject === 'key' ? this.keyCircuit : this.model.circuit;
    const { startedAtMs } = this;
    const hasChanged = circuit.open({ reason, waitMs, nowMs, startedAtMs, finder: this, random: this.desk.random() });
    if (hasChanged) this.desk.onChange(this.place, subject);
  }

  private leave(nowMs: number): void {
    if (this.isAwaiting) this.answered(nowMs);
    this.isOver = true;
    this.place.state.inFlight -= 1;
    this.keyCircuit.leave(this);
    this.model.circuit.leave(this);
  }

  private answered(nowMs: number): void {
    this.isAwaiting = false;
    this.place.state.awaiting -= 1;
    this.place.state.quietSinceMs = nowMs;
  }
}
