import { Module } from '@nestjs/common';
import { ChannelCatalog } from './channel-catalog.js';
import { ChannelHealthRepository } from './channel-health.repository.js';
import { ChannelsRepository } from './channels.repository.js';
import { ChannelsService } from './channels.service.js';
import { HealthJournal } from './health-journal.js';
import { ChannelHealth } from './health/channel-health.js';

/** Channels as administrators see them. Needs the platform's global module. */
@Module({
  providers: [ChannelsRepository, ChannelHealthRepository, ChannelsService],
  exports: [ChannelsService, ChannelsRepository, ChannelHealthRepository],
})
export class ChannelsModule {}

/** Channels as requests see them: the catalog that they choose from, and how each does in this process. */
@Module({
  imports: [ChannelsModule],
  providers: [{ provide: ChannelHealth, useFactory: () => new ChannelHealth() }, ChannelCatalog, HealthJournal],
  exports: [ChannelCatalog, ChannelHealth],
})
export class ChannelChoiceModule {}
