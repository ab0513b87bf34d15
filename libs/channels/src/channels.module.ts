import { Module } from '@nestjs/common';
import { ChannelCatalog } from './channel-catalog.js';
import { ChannelsRepository } from './channels.repository.js';
import { ChannelsService } from './channels.service.js';

/** Channels: administered through the service, picked from through the catalog. Needs the platform's global module. */
@Module({
  providers: [ChannelsRepository, ChannelsService, ChannelCatalog],
  exports: [ChannelsService, ChannelCatalog],
})
export class ChannelsModule {}
