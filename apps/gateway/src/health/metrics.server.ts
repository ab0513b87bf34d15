import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { MetricsRegistry } from '@tokenbay/platform';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { WORKER_ROLE, type WorkerRole } from '../workers/worker-role.js';
import { serveMetrics } from './serve-metrics.js';

/** Prometheus metrics on a port of their own, so that they are never reachable where clients are. A worker's are shown by its primary. */
@Injectable()
export class MetricsServer implements OnApplicationBootstrap, OnApplicationShutdown {
  private close: (() => void) | undefined;

  constructor(
    private readonly registry: MetricsRegistry,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
    @Inject(WORKER_ROLE) private readonly role: WorkerRole,
  ) {}

  /** Listens; rejects where the port is in use. Port 0 switches the metrics off. */
  async onApplicationBootstrap(): Promise<void> {
    const { metricsHost: host, metricsPort: port } = this.config;
    if (this.role.primary) return this.role.answerMetrics(() => this.registry.getMetricsAsJSON());
    if (port === 0) return;
    const { contentType } = this.registry;
    this.close = await serveMetrics({ host, port, contentType, read: () => this.registry.metrics() });
  }

  async onApplicationShutdown(): Promise<void> {
    this.close?.();
    await this.role.sendLastMetrics(() => this.registry.getMetricsAsJSON());
  }
}
