import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { GatewayJobs } from '@tokenbay/platform';
import { type CancelledTask, TASK_CANCELLED } from '@tokenbay/tasks';
import { RequestMetrics } from '../health/request-metrics.js';

/** Counts what tasks may have cost that an administrator has ended: the admin application has no metrics of its own. */
@Injectable()
export class CancelledTasks implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: GatewayJobs,
    private readonly metrics: RequestMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.serve(TASK_CANCELLED, (task) => {
      this.metrics.countCharge(0, (task as CancelledTask).uncollectedMicropoints);
      return Promise.resolve({});
    });
  }
}
