import { Body, Controller, Delete, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChannelsService } from '@tokenbay/channels';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
import { IdParam } from '../http/path-params.js';
import { type ChannelKeyPath, KeyPath } from './channel-key-path.js';
import { CreateChannelKeyDto, UpdateChannelKeyDto } from './channel-key.dto.js';
import { ChannelKeyResponse, toChannelKeyResponse } from './channel.response.js';

/** The keys of a channel. Secrets are written and never answered; every change is a new version of the channel. */
@ApiTags('channels')
@Controller('channels/:id/keys')
export class ChannelKeysController {
  constructor(
    private readonly database: Database,
    private readonly channels: ChannelsService,
  ) {}

  @Post()
  @Operation('Add a key to a channel', { details: 'A new version of the channel.' })
  @ApiCreatedResponse({ type: ChannelKeyResponse })
  async add(@IdParam() channelId: string, @Body() body: CreateChannelKeyDto): Promise<ChannelKeyResponse> {
    return toChannelKeyResponse(
      await this.database.transaction((tx) => this.channels.addKey(tx, channelId, { ...body })),
    );
  }

  @Patch(':keyId')
  @Operation('Change a key of a channel', {
    details: 'A merge patch and a new version of the channel, whose version If-Match speaks of.',
  })
  @ApiOkResponse({ type: ChannelKeyResponse })
  async update(
    @KeyPath() path: ChannelKeyPath,
    @Body() body: UpdateChannelKeyDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<ChannelKeyResponse> {
    const change = { ...body, ifMatch };
    return toChannelKeyResponse(await this.database.transaction((tx) => this.channels.updateKey(tx, path, change)));
  }

  @Delete(':keyId')
  @Operation('Delete a key of a channel', {
    details: 'A new version of the channel, whose version If-Match speaks of.',
  })
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@KeyPath() path: ChannelKeyPath, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.channels.deleteKey(tx, path, ifMatch));
  }
}
