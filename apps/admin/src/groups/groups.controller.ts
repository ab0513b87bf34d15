import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { GroupsService } from '@tokenbay/accounts';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { NameParam } from '../http/path-params.js';
import { CreateGroupDto } from './create-group.dto.js';
import { GroupResponse, toGroupResponse } from './group.response.js';
import { UpdateGroupDto } from './update-group.dto.js';

/** Groups: price multipliers and the models that a group may use. */
@ApiTags('groups')
@Controller('groups')
export class GroupsController {
  constructor(
    private readonly database: Database,
    private readonly groups: GroupsService,
  ) {}

  @Post()
  @Operation('Create a group', { refusals: { 409: 'A group of this name exists already.' } })
  @ApiCreatedResponse({ type: GroupResponse })
  async create(@Body() body: CreateGroupDto): Promise<GroupResponse> {
    return toGroupResponse(await this.database.transaction((tx) => this.groups.create(tx, body)));
  }

  @Get()
  @Operation('List groups', { details: 'Newest first; the group `default` is always among them.' })
  @ApiPageOf(GroupResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<GroupResponse>> {
    return toPageResponse(await this.groups.list(this.database.tx, query), toGroupResponse);
  }

  @Get(':name')
  @Operation('Read a group')
  @ApiOkResponse({ type: GroupResponse })
  async get(@NameParam() name: string): Promise<GroupResponse> {
    return toGroupResponse(await this.groups.get(this.database.tx, name));
  }

  @Patch(':name')
  @Operation('Change a group', {
    details: 'A merge patch. Requests already admitted keep the multiplier they were admitted with.',
  })
  @ApiOkResponse({ type: GroupResponse })
  async update(
    @NameParam() name: string,
    @Body() body: UpdateGroupDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<GroupResponse> {
    return toGroupResponse(await this.database.transaction((tx) => this.groups.update(tx, { name, ifMatch }, body)));
  }

  @Delete(':name')
  @Operation('Delete a group', {
    refusals: { 409: 'An account, key, channel or rule refers to it; always for `default`.' },
  })
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@NameParam() name: string, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.groups.delete(tx, { name, ifMatch }));
  }
}
