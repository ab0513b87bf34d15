import { Platform0000000000001 } from './migrations/0001-platform.js';
import { AccountsKeys0000000000002 } from './migrations/0002-accounts-keys.js';
import { ModelsChannels0000000000003 } from './migrations/0003-models-channels.js';
import { AccessRules0000000000004 } from './migrations/0004-access-rules.js';
import { Points0000000000005 } from './migrations/0005-points.js';
import { Admin0000000000006 } from './migrations/0006-admin.js';
import { PointsBatches0000000000007 } from './migrations/0007-points-batches.js';
import { Roles0000000000008 } from './migrations/0008-roles.js';
import { RollUps0000000000009 } from './migrations/0009-roll-ups.js';
import { PointsAudit0000000000010 } from './migrations/0010-points-audit.js';
import { Limits0000000000012 } from './migrations/0012-limits.js';
import { Tasks0000000000013 } from './migrations/0013-tasks.js';
import { Webhooks0000000000014 } from './migrations/0014-webhooks.js';
import { RetentionRotation0000000000015 } from './migrations/0015-retention-rotation.js';
import { LateCharges0000000000016 } from './migrations/0016-late-charges.js';
import { ChannelHealth0000000000011 } from './migrations/0011-channel-health.js';

/** Every migration, oldest first. One that has landed is never edited. */
export const MIGRATIONS = [
  Platform0000000000001,
  AccountsKeys0000000000002,
  ModelsChannels0000000000003,
  AccessRules0000000000004,
  Points0000000000005,
  Admin0000000000006,
  PointsBatches0000000000007,
  Roles0000000000008,
  RollUps0000000000009,
  PointsAudit0000000000010,
  Limits0000000000012,
  ChannelHealth0000000000011,
  Tasks0000000000013,
  Webhooks0000000000014,
  RetentionRotation0000000000015,
  LateCharges0000000000016,
];
