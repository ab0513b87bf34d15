import { Injectable } from '@nestjs/common';
import { ChannelHealth } from '@tokenbay/channels';
import { MetricsRegistry } from '@tokenbay/platform';
import { Counter, Gauge } from 'prom-client';

/** What Prometheus is told of channels: by channel id and state, never by model or key, so that labels stay few. */
@Injectable()
export class ChannelMetrics {
  constructor(registry: MetricsRegistry, health: ChannelHealth) {
    const registers = [registry];
    new Gauge({
      ...{ name: 'tokenbay_channel_requests_in_flight', help: 'Requests under way at each channel.' },
      ...{ labelNames: ['channel'], registers },
      collect() {
        this.reset();
        for (const [channel, { inFlight }] of health.all()) this.set({ channel }, inFlight);
      },
    });
    new Gauge({
      ...{ name: 'tokenbay_channel_breakers', help: 'Models of each channel that are kept away from requests.' },
      ...{ labelNames: ['channel', 'state'], registers },
      collect() {
        this.reset();
        for (const [channel, counts] of health.summary()) {
          this.set({ channel, state: 'open' }, counts.modelsOpen);
          this.set({ channel, state: 'half_open' }, counts.modelsHalfOpen);
          this.set({ channel, state: 'disabled' }, counts.modelsDisabled);
        }
      },
    });
    new Gauge({
      ...{ name: 'tokenbay_channel_keys', help: 'Keys of each channel that are kept away from requests.' },
      ...{ labelNames: ['channel', 'state'], registers },
      collect() {
        this.reset();
        for (const [channel, counts] of health.summary()) {
          this.set({ channel, state: 'cooling' }, counts.keysCooling);
          this.set({ channel, state: 'disabled' }, counts.keysDisabled);
        }
      },
    });
    new Counter({
      ...{ name: 'tokenbay_upstream_retries_total', help: 'Second tries, and those that the retry budget refused.' },
      ...{ labelNames: ['result'], registers },
      collect() {
        this.reset();
        this.inc({ result: 'taken' }, health.retries.taken);
        this.inc({ result: 'refused' }, health.retries.refused);
      },
    });
  }
}
