import { Module } from '@nestjs/common';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

/** What happened: receipts, the log, summaries. Needs the platform's global module. */
@Module({ providers: [UsageRepository, UsageService], exports: [UsageService] })
export class UsageModule {}
