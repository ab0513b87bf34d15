import { Module } from '@nestjs/common';
import { AccountsModule } from '@tokenbay/accounts';
import { WebhooksModule } from '@tokenbay/webhooks';
import { WebhookDeliveriesController } from './webhook-deliveries.controller.js';

/** What administrators see of webhooks. */
@Module({ imports: [AccountsModule, WebhooksModule], controllers: [WebhookDeliveriesController] })
export class WebhooksAdminModule {}
