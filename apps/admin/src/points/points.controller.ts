import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiTags } from '@nestjs/swagger';
import { Database } from '@tokenbay/platform';
import { PointsService } from '@tokenbay/points';
import { Operation } from '../http/operation.js';
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

  @Post('points')
  @Operation('Add or take points', {
    details: 'Safe to repeat: the idempotencyKey of the body counts for ever, the header for 24 hours.',
    refusals: {
      409: 'Fewer points are available than would be taken, or the idempotencyKey of the body was used for another entry.',
    },
  })
  @ApiCreatedResponse({ type: PointEntryResponse })
  async credit(@IdParam() accountId: string, @Body() body: CreatePointEntryDto): Promise<PointEntryResponse> {
    const entry = await this.database.transaction((tx) => this.points.credit(tx, { accountId, ...body }));
    return toPointEntryResponse(entry);
  }

  @Get('ledger')
  @Operation('List the ledger of an account', {
    details:
      'Everything that was added or taken by administrators, newest first. Charges of requests are not here: they are in GET /usage?accountId=….',
  })
  @ApiPageOf(PointEntryResponse)
  async list(@IdParam() accountId: string, @Query() query: PageQueryDto): Promise<PageResponse<PointEntryResponse>> {
    return toPageResponse(await this.points.listEntries(this.database.tx, accountId, query), toPointEntryResponse);
  }
}
