import { Module } from '@nestjs/common';
import { LedgerAuditor } from './audit/ledger-auditor.js';
import { Holds } from './holds.js';
import { LedgerInstance } from './ledger-instance.js';
import { LedgerKeeper } from './ledger-keeper.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerTimes } from './ledger-times.js';
import { Recovery } from './recovery.js';
import { ReserveLane } from './reserve-lane.js';
import { SettleLane } from './settle-lane.js';
import { PointsRepository } from './points.repository.js';
import { PointsService } from './points.service.js';

/** Shows and administers points. Needs the platform's global module. */
@Module({
  providers: [
    LedgerTimes,
    LedgerRepository,
    LedgerInstance,
    ReserveLane,
    SettleLane,
    Recovery,
    Holds,
    LedgerKeeper,
    PointsRepository,
    PointsService,
    LedgerAuditor,
  ],
  exports: [
    PointsService,
    LedgerAuditor,
    LedgerKeeper,
    LedgerRepository,
    LedgerInstance,
    ReserveLane,
    SettleLane,
    Recovery,
  ],
})
export class PointsModule {}
