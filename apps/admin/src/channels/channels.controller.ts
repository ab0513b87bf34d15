import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ChannelsService } from '@tokenbay/channels';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { ChannelResponse, toChannelResponse } from './channel.response.js';
import { ChannelTestResponse } from './channel-test.response.js';
import { ChannelTestsService } from './channel-tests.service.js';
import { CreateChannelDto } from './create-channel.dto.js';
import { TestChannelDto } from './test-channel.dto.js';
import { UpdateChannelDto } from './update-channel.dto.js';

/** Channels: where models are served from. */
@ApiTags('channels')
@Controller('channels')
export class ChannelsController {
  constructor(
    private readonly database: Database,
    private readonly channels: ChannelsService,
    private readonly tests: ChannelTestsService,
  ) {}

  @Post()
  @Operation('Create a channel', {
    details: 'Secrets of its keys are sealed and never answered.',
    refusals: { 400: 'A model or group that is named does not exist.' },
  })
  @ApiCreatedResponse({ type: ChannelResponse })
  async create(@Body() body: CreateChannelDto): Promise<ChannelResponse> {
    return toChannelResponse(await this.database.transaction((tx) => this.channels.create(tx, { ...body })));
  }

  @Get()
  @Operation('List channels', { details: 'Newest first, with their keys but no secrets.' })
  @ApiPageOf(ChannelResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<ChannelResponse>> {
    return toPageResponse(await this.channels.list(this.database.tx, query), toChannelResponse);
  }

  @Get(':id')
  @Operation('Read a channel', { details: 'With its keys but no secrets.' })
  @ApiOkResponse({ type: ChannelResponse })
  async get(@IdParam() id: string): Promise<ChannelResponse> {
    return toChannelResponse(await this.channels.get(this.database.tx, id));
  }

  @Patch(':id')
  @Operation('Change a channel', {
    details:
      'A merge patch, `models` included: null takes one out. Another `baseUrl` demands `keys` in the same body, so that no secret is sent to a new address.',
    refusals: { 400: 'A model or group that is named does not exist, or baseUrl changes without keys.' },
  })
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

  @Delete(':id')
  @Operation('Delete a channel', { details: 'With its keys. Requests that run over it finish.' })
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@IdParam() id: string, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.channels.delete(tx, id, ifMatch));
  }

  @Post(':id/test')
  @Operation('Test a channel', {
    details:
      'A gateway sends one tiny request over it, at the cost of the platform, and answers what came back. What it finds counts: a key that is refused is disabled, one that works again is used again.',
    refusals: {
      400: 'The channel has no such model or key.',
      409: 'No gateway is running, or none answers within 15 seconds.',
    },
  })
  @ApiCreatedResponse({ type: ChannelTestResponse, description: 'What was found.' })
  test(@IdParam() channelId: string, @Body() body: TestChannelDto): Promise<ChannelTestResponse> {
    return this.tests.test({ channelId, ...body });
  }
}
