import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChannelsService } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { ChannelResponse, toChannelResponse } from './channel.response.js';
import { CreateChannelDto } from './create-channel.dto.js';
import { UpdateChannelDto } from './update-channel.dto.js';

/** Channels: where models are served from. */
@ApiTags('channels')
@Controller('channels')
export class ChannelsController {
  constructor(
    private readonly database: Database,
    private readonly channels: ChannelsService,
  ) {}

  /** Creates a channel with its keys; `400` where it names a group or model that does not exist. */
  @Post()
  @ApiCreatedResponse({ type: ChannelResponse })
  async create(@Body() body: CreateChannelDto): Promise<ChannelResponse> {
    return toChannelResponse(await this.database.transaction((tx) => this.channels.create(tx, { ...body })));
  }

  /** Lists channels, newest first. */
  @Get()
  @ApiPageOf(ChannelResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<ChannelResponse>> {
    return toPageResponse(await this.channels.list(this.database.tx, query), toChannelResponse);
  }

  /** One channel. */
  @Get(':id')
  @ApiOkResponse({ type: ChannelResponse })
  async get(@IdParam() id: string): Promise<ChannelResponse> {
    return toChannelResponse(await this.channels.get(this.database.tx, id));
  }

  /** Changes a channel: a merge patch. Another `baseUrl` demands `keys` in the same body. */
  @Patch(':id')
  @ApiOkResponse({ type: ChannelResponse })
  async update(
    @IdParam() id: string,
    @Body() body: UpdateChannelDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<ChannelResponse> {
    return toChannelResponse(
      await this.database.transaction((tx) => this.channels.update(tx, id, { ...body, ifMatch })),
    );
  }

  /** Deletes a channel with its keys. */
  @Delete(':id')
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@IdParam() id: string, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.channels.delete(tx, id, ifMatch));
  }

  /** Sending a trial request needs a gateway, which has the sockets; not offered yet. */
  @Post(':id/test')
  @ApiOperation({ summary: 'Not offered yet: 501 not_implemented.' })
  test(): never {
    throw new DomainError('not_implemented');
  }
}
