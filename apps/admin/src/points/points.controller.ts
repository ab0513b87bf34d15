import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { Database } from '@tokenbay/platform';
import { PointsService } from '@tokenbay/points';
import { PageQueryDto } from '../http/page-query.dto.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { IdParam } from '../http/path-params.js';
import { CreatePointEntryDto } from './create-point-entry.dto.js';
import { PointEntryResponse, toPointEntryResponse } from './point-entry.response.js';

/** The points of accounts. */
@ApiTags('points')
@Controller('accounts/:id')
export class PointsController {
  constructor(
    private readonly database: Database,
    private readonly points: PointsService,
  ) {}

  /** Adds points to an account, or takes them; `409` where fewer are available than that. */
  @Post('points')
  @ApiCreatedResponse({ type: PointEntryResponse })
  async credit(@IdParam() accountId: string, @Body() body: CreatePointEntryDto): Promise<PointEntryResponse> {
    const entry = await this.database.transaction((tx) => this.points.credit(tx, { accountId, ...body }));
    return toPointEntryResponse(entry);
  }

  /** Lists everything but charges that changed what the account owns, newest first. */
  @Get('ledger')
  @ApiPageOf(PointEntryResponse)
  async list(@IdParam() accountId: string, @Query() query: PageQueryDto): Promise<PageResponse<PointEntryResponse>> {
    return toPageResponse(await this.points.listEntries(this.database.tx, accountId, query), toPointEntryResponse);
  }
}
