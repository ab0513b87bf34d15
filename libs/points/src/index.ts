export type { Balance, Credit, PointEntry } from './account-points.js';
export { auditLedger } from './audit/audit-ledger.js';
export {
  type AuditReport,
  describeDifference,
  describeOwner,
  describeSide,
  type Difference,
  type DifferenceKind,
} from './audit/difference.js';
export { LedgerAuditor } from './audit/ledger-auditor.js';
export type { Charge, ChargeAttempt, ChargedTokens, ChargeLine, ChargeReceipt, SettleOutcome } from './charge.js';
export type { Hold } from './hold.js';
export type { ReserveRequest } from './reserve-request.js';
export {
  isLimiting,
  type KeyBudget,
  type KeyPoints,
  type Period,
  type PeriodLimit,
  PERIODS,
  type PeriodState,
} from './key-points.js';
export { LedgerModule } from './ledger.module.js';
export { PointsModule } from './points.module.js';
export { PointsService } from './points.service.js';
