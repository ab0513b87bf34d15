import { Body, Controller, Delete, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { ChannelsService } from '@tokenbay/channels';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
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

  /** Adds a key. */
  @Post()
  @ApiCreatedResponse({ type: ChannelKeyResponse })
  async add(@IdParam() channelId: string, @Body() body: CreateChannelKeyDto): Promise<ChannelKeyResponse> {
    return toChannelKeyResponse(
      await this.database.transaction((tx) => this.channels.addKey(tx, channelId, { ...body })),
    );
  }

  /** Changes a key: a merge patch. `If-Match` is the channel's version. */
  @Patch(':keyId')
  @ApiParam({ name: 'id', type: String })
  @ApiParam({ name: 'keyId', type: String })
  @ApiOkResponse({ type: ChannelKeyResponse })
  async update(
    @KeyPath() path: ChannelKeyPath,
    @Body() body: UpdateChannelKeyDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<ChannelKeyResponse> {
    const change = { ...body, ifMatch };
    return toChannelKeyResponse(await this.database.transaction((tx) => this.channels.updateKey(tx, path, change)));
  }

  /** Deletes a key. */
  @Delete(':keyId')
  @ApiParam({ name: 'id', type: String })
  @ApiParam({ name: 'keyId', type: String })
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@KeyPath() path: ChannelKeyPath, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.channels.deleteKey(tx, path, ifMatch));
  }
}
