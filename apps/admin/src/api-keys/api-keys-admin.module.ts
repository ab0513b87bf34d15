import { Module } from '@nestjs/common';
import { KeysModule } from '@tokenbay/keys';
import { PointsModule } from '@tokenbay/points';
import { ApiKeysController } from './api-keys.controller.js';
import { KeysWithPointsService } from './keys-with-points.service.js';

/** The administration of API keys. */
@Module({
  imports: [KeysModule, PointsModule],
  controllers: [ApiKeysController],
  providers: [KeysWithPointsService],
})
export class ApiKeysAdminModule {}
