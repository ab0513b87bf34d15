import { Module } from '@nestjs/common';
import { HealthController, ProbeController } from './health.controller.js';
import { MetricsServer } from './metrics.server.js';
import { LoadShedder } from './overload/load-shedder.js';
import { Readiness } from './readiness.js';
import { RequestMetrics } from './request-metrics.js';

/** Health answers, and what the process tells of itself. */
@Module({
  controllers: [HealthController, ProbeController],
  providers: [LoadShedder, MetricsServer, Readiness, RequestMetrics],
  exports: [LoadShedder, Readiness, RequestMetrics],
})
export class HealthModule {}
