import { Module } from '@nestjs/common';
import { AccessRulesModule } from '@tokenbay/access-rules';
import { AccountsModule } from '@tokenbay/accounts';
import { ChannelChoiceModule } from '@tokenbay/channels';
import { KeysModule } from '@tokenbay/keys';
import { LimitsModule } from '@tokenbay/limits';
import { ModelsModule } from '@tokenbay/models';
import { PointsModule } from '@tokenbay/points';
import { HealthModule } from '../health/health.module.js';
import { TasksGatewayModule } from '../tasks/tasks-gateway.module.js';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { CallerLimits } from './caller-limits.js';
import { ChannelMetrics } from './channel-metrics.js';
import { ChannelTester } from './channel-tester.js';
import { Deliverer } from './deliverer.js';
import { Forwarder } from './forwarder.js';
import { KeepAlives } from './keep-alives.js';
import { RunningWork } from './running-work.js';
import { RelayService } from './relay.service.js';
import { RequestRates } from './request-rates.js';

/** The request path. */
@Module({
  imports: [
    AccessRulesModule,
    AccountsModule,
    ChannelChoiceModule,
    KeysModule,
    LimitsModule,
    ModelsModule,
    PointsModule,
    TasksGatewayModule,
    HealthModule,
    UpstreamModule,
  ],
  providers: [
    CallerLimits,
    ChannelMetrics,
    ChannelTester,
    Deliverer,
    Forwarder,
    KeepAlives,
    RelayService,
    RequestRates,
    RunningWork,
  ],
  exports: [RelayService],
})
export class RelayModule {}
