import { Module } from '@nestjs/common';
import { AccountsModule } from '@tokenbay/accounts';
import { PointsModule } from '@tokenbay/points';
import { AccountsWithPointsService } from './accounts-with-points.service.js';
import { AccountsController } from './accounts.controller.js';

/** The administration of accounts. */
@Module({
  imports: [AccountsModule, PointsModule],
  controllers: [AccountsController],
  providers: [AccountsWithPointsService],
})
export class AccountsAdminModule {}
