import { Module } from '@nestjs/common';
import { UsageModule } from '@tokenbay/usage';
import { UsageController } from './usage.controller.js';

/** The usage log for administrators. */
@Module({ imports: [UsageModule], controllers: [UsageController] })
export class UsageAdminModule {}
