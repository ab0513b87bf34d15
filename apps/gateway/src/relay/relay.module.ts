import { Module } from '@nestjs/common';
import { AccessRulesModule } from '@tokenbay/access-rules';
import { AccountsModule } from '@tokenbay/accounts';
import { ChannelsModule } from '@tokenbay/channels';
import { KeysModule } from '@tokenbay/keys';
import { LimitsModule } from '@tokenbay/limits';
import { ModelsModule } from '@tokenbay/models';
import { PointsModule } from '@tokenbay/points';
import { HealthModule } from '../health/health.module.js';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { CallerLimits } from './caller-limits.js';
import { ChannelLoad } from './channel-load.js';
import { Deliverer } from './deliverer.js';
import { Forwarder } from './forwarder.js';
import { KeepAlives } from './keep-alives.js';
import { RunningWork } from './running-work.js';
import { RelayService } from './relay.service.js';

/** The request path. */
@Module({
  imports: [
    AccessRulesModule,
    AccountsModule,
    ChannelsModule,
    KeysModule,
    LimitsModule,
    ModelsModule,
    PointsModule,
    HealthModule,
    UpstreamModule,
  ],
  providers: [CallerLimits, ChannelLoad, Deliverer, Forwarder, KeepAlives, RelayService, RunningWork],
  exports: [RelayService],
})
export class RelayModule {}
