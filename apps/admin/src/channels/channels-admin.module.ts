import { Module } from '@nestjs/common';
import { ChannelsModule } from '@tokenbay/channels';
import { ChannelKeysController } from './channel-keys.controller.js';
import { ChannelsController } from './channels.controller.js';

/** The administration of channels and their keys. */
@Module({ imports: [ChannelsModule], controllers: [ChannelsController, ChannelKeysController] })
export class ChannelsAdminModule {}
