import { Body, Controller, Get, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { IfMatch } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
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

  @Post()
  @Operation('Create an account', {
    details: 'It owns no points yet; add some with POST /accounts/{id}/points.',
    refusals: {
      400: 'A group that is named does not exist, or webhookUrl does not lead to the public internet.',
      409: 'Another account has this externalId.',
    },
  })
  @ApiCreatedResponse({ type: AccountResponse })
  async create(@Body() body: CreateAccountDto): Promise<AccountResponse> {
    return toAccountResponse(await this.accounts.create(body));
  }

  @Get()
  @Operation('List accounts', { details: 'Newest first, with what they own.' })
  @ApiPageOf(AccountResponse)
  async list(@Query() query: PageQueryDto): Promise<PageResponse<AccountResponse>> {
    return toPageResponse(await this.accounts.list(query), toAccountResponse);
  }

  @Get(':id')
  @Operation('Read an account', { details: 'With what it owns at this moment.' })
  @ApiOkResponse({ type: AccountResponse })
  async get(@IdParam() id: string): Promise<AccountResponse> {
    return toAccountResponse(await this.accounts.get(id));
  }

  @Patch(':id')
  @Operation('Change an account', {
    details: 'A merge patch. A ban is in force on every gateway within a second. Accounts are never deleted.',
    refusals: {
      400: 'A group that is named does not exist, or webhookUrl does not lead to the public internet.',
      409: 'Another account has this externalId.',
    },
  })
  @ApiOkResponse({ type: AccountResponse })
  async update(
    @IdParam() id: string,
    @Body() body: UpdateAccountDto,
    @IfMatch() ifMatch: number | undefined,
  ): Promise<AccountResponse> {
    return toAccountResponse(await this.accounts.update({ id, ifMatch }, body));
  }
}
