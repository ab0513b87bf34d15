import { Module } from '@nestjs/common';
import { PointsModule } from '@tokenbay/points';
import { AuditLedgerJob } from './audit-ledger.job.js';

/** Timed work, done once however many admin processes there are. */
@Module({ imports: [PointsModule], providers: [AuditLedgerJob] })
export class JobsModule {}
