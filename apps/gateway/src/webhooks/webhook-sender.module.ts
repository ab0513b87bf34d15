import { Module } from '@nestjs/common';
import { TasksModule } from '@tokenbay/tasks';
import { WebhooksModule } from '@tokenbay/webhooks';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { WebhookAttempts } from './webhook-attempts.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhookSender } from './webhook-sender.js';

/** Tells accounts that their tasks are over. */
@Module({
  imports: [WebhooksModule, TasksModule, UpstreamModule],
  providers: [WebhookSender, WebhookAttempts, WebhookMetrics],
})
export class WebhookSenderModule {}
