import { Module } from '@nestjs/common';
import { AccountsModule } from '@tokenbay/accounts';
import { PointsModule } from '@tokenbay/points';
import { WebhooksModule } from '@tokenbay/webhooks';
import { AccountWebhooksService } from './account-webhooks.service.js';
import { AccountsWithPointsService } from './accounts-with-points.service.js';
import { AccountsController } from './accounts.controller.js';

/** The administration of accounts. */
@Module({
  imports: [AccountsModule, PointsModule, WebhooksModule],
  controllers: [AccountsController],
  providers: [AccountsWithPointsService, AccountWebhooksService],
})
export class AccountsAdminModule {}
