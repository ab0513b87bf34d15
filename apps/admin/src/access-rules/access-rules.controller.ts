import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AccessRulesService } from '@tokenbay/access-rules';
import { Database } from '@tokenbay/platform';
import { IfMatch } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { AccessRuleResponse, toAccessRuleResponse } from './access-rule.response.js';
import { CreateAccessRuleDto } from './create-access-rule.dto.js';
import { UpdateAccessRuleDto } from './update-access-rule.dto.js';

/** Access rules: from where and when requests are allowed. */
@ApiTags('access rules')
@Controller('access-rules')
export class AccessRulesController {
  constructor(
    private readonly database: Database,
    private readonly rules: AccessRulesService,
  ) {}

  @Post()
  @Operation('Create an access rule', {
    details: 'A rule has `cidrs`, or `windows` and `timeZone`, as its type says.',
    refusals: { 400: 'The group, account or key of the scope does not exist.' },
  })
  @ApiCreatedResponse({ type: AccessRuleResponse })
  async create(@Body() body: CreateAccessRuleDto): Promise<AccessRuleResponse> {
    return toAccessRuleResponse(await this.database.transaction((tx) => this.rules.create(tx, body)));
  }

  @Get()
  @Operation('List access rules', { details: 'Of all scopes and types, newest first.' })
  @ApiPageOf(AccessRuleResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<AccessRuleResponse>> {
    return toPageResponse(await this.rules.list(this.database.tx, query), toAccessRuleResponse);
  }

  @Get(':id')
  @Operation('Read an access rule')
  @ApiOkResponse({ type: AccessRuleResponse })
  async get(@IdParam() id: string): Promise<AccessRuleResponse> {
    return toAccessRuleResponse(await this.rules.get(this.database.tx, id));
  }

  @Patch(':id')
  @Operation('Change an access rule', {
    details: 'A merge patch; type and scope never change, lists are replaced whole.',
  })
  @ApiOkResponse({ type: AccessRuleResponse })
  async update(
    @IdParam() id: string,
    @Body() body: UpdateAccessRuleDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<AccessRuleResponse> {
    const rule = await this.database.transaction((tx) => this.rules.update(tx, { id, ifMatch }, body));
    return toAccessRuleResponse(rule);
  }

  @Delete(':id')
  @Operation('Delete an access rule')
  @HttpCode(204)
  @ApiNoContentResponse()
  async delete(@IdParam() id: string, @IfMatch() ifMatch: number | undefined): Promise<void> {
    await this.database.transaction((tx) => this.rules.delete(tx, { id, ifMatch }));
  }
}
