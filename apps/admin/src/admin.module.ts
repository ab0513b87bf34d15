import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger, PlatformModule } from '@tokenbay/platform';
import { ENTITIES } from '@tokenbay/schema';
import { UsageKeeperModule } from '@tokenbay/usage';
import { AccessRulesAdminModule } from './access-rules/access-rules-admin.module.js';
import { AccountsAdminModule } from './accounts/accounts-admin.module.js';
import { ADMIN_CONFIG, type AdminConfig } from './admin.config.js';
import { ApiKeysAdminModule } from './api-keys/api-keys-admin.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ChannelsAdminModule } from './channels/channels-admin.module.js';
import { GroupsAdminModule } from './groups/groups-admin.module.js';
import { HealthModule } from './health/health.module.js';
import { IdempotencyModule } from './idempotency/idempotency.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { ModelsAdminModule } from './models/models-admin.module.js';
import { PointsAdminModule } from './points/points-admin.module.js';
import { TasksAdminModule } from './tasks/tasks-admin.module.js';
import { UsageAdminModule } from './usage/usage-admin.module.js';
import { WebhooksAdminModule } from './webhooks/webhooks-admin.module.js';

/** One module for each noun of the admin API. */
const SLICES = [
  GroupsAdminModule,
  AccountsAdminModule,
  PointsAdminModule,
  ApiKeysAdminModule,
  AccessRulesAdminModule,
  ModelsAdminModule,
  ChannelsAdminModule,
  UsageAdminModule,
  TasksAdminModule,
  WebhooksAdminModule,
];

/** The control plane: who may administer, what they can change, and nothing of the request path. */
@Module({})
export class AdminModule {
  static forRoot(config: AdminConfig, logger: Logger): DynamicModule {
    const { databaseUrl, secretsKey, usageRetentionMonths } = config;
    return {
      module: AdminModule,
      global: true,
      imports: [
        PlatformModule.forRoot({ app: 'admin', databaseUrl, secretsKey, logger, entities: ENTITIES }),
        AuthModule,
        IdempotencyModule,
        HealthModule,
        JobsModule,
        ...SLICES,
        UsageKeeperModule.forRoot({ retentionMonths: usageRetentionMonths }),
      ],
      providers: [{ provide: ADMIN_CONFIG, useValue: config }],
      exports: [ADMIN_CONFIG],
    };
  }
}
