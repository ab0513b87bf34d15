import { Module } from '@nestjs/common';
import { HealthController, ProbeController } from './health.controller.js';
import { MetricsServer } from './metrics.server.js';
import { Readiness } from './readiness.js';
import { RequestMetrics } from './request-metrics.js';

/** Health answers, and what the process tells of itself. */
@Module({
  controllers: [HealthController, ProbeController],
  providers: [MetricsServer, Readiness, RequestMetrics],
  exports: [Readiness, RequestMetrics],
})
export class HealthModule {}
