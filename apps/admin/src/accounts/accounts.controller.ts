import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IfMatch } from '../http/if-match.js';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { AccountResponse, toAccountResponse } from './account.response.js';
import { AccountsWithPointsService } from './accounts-with-points.service.js';
import { CreateAccountDto } from './create-account.dto.js';
import { UpdateAccountDto } from './update-account.dto.js';

/** Accounts: who owns keys and points. */
@ApiTags('accounts')
@Controller('accounts')
export class AccountsController {
  constructor(private readonly accounts: AccountsWithPointsService) {}

  /** Creates an account without points; `409` where the `externalId` is taken. */
  @Post()
  @ApiCreatedResponse({ type: AccountResponse })
  async create(@Body() body: CreateAccountDto): Promise<AccountResponse> {
    return toAccountResponse(await this.accounts.create(body));
  }

  /** Lists accounts, newest first. */
  @Get()
  @ApiPageOf(AccountResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<AccountResponse>> {
    return toPageResponse(await this.accounts.list(query), toAccountResponse);
  }

  /** One account. */
  @Get(':id')
  @ApiOkResponse({ type: AccountResponse })
  async get(@IdParam() id: string): Promise<AccountResponse> {
    return toAccountResponse(await this.accounts.get(id));
  }

  /** Changes an account: a merge patch. A ban is in force on every gateway within a second. */
  @Patch(':id')
  @ApiOkResponse({ type: AccountResponse })
  async update(
    @IdParam() id: string,
    @Body() body: UpdateAccountDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<AccountResponse> {
    return toAccountResponse(await this.accounts.update({ id, ifMatch }, body));
  }
}
