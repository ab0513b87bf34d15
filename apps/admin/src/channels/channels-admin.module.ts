import { Module } from '@nestjs/common';
import { ChannelsModule } from '@tokenbay/channels';
import { ChannelKeysController } from './channel-keys.controller.js';
import { ChannelTestsService } from './channel-tests.service.js';
import { ChannelsController } from './channels.controller.js';

/** The administration of channels and their keys. */
@Module({
  imports: [ChannelsModule],
  controllers: [ChannelsController, ChannelKeysController],
  providers: [ChannelTestsService],
})
export class ChannelsAdminModule {}
