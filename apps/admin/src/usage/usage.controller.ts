import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { UsageService } from '@tokenbay/usage';
import { Operation } from '../http/operation.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { ListUsageDto } from './list-usage.dto.js';
import { ReceiptResponse, toReceiptResponse } from './receipt.response.js';
import { SummarizeUsageDto } from './summarize-usage.dto.js';
import { toUsageResponse, UsageResponse } from './usage.response.js';
import { toUsageSummaryResponse, UsageSummaryResponse } from './usage-summary.response.js';

/** The usage log: every request that reached an upstream. */
@ApiTags('usage')
@Controller('usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @Get()
  @Operation('List requests', {
    details: 'Every request that reached an upstream, newest first. Refused requests are in log and metrics, not here.',
  })
  @ApiPageOf(UsageResponse)
  async list(@Query() { limit, cursor, ...filter }: ListUsageDto): Promise<PageResponse<UsageResponse>> {
    return toPageResponse(await this.usage.list(filter, { limit, cursor }), toUsageResponse);
  }

  @Get('summary')
  @Operation('Sum requests up', {
    details: 'The last 31 days unless told, 366 at most; the dearest first, days in their order.',
  })
  @ApiOkResponse({ type: UsageSummaryResponse })
  async summarize(@Query() { groupBy, ...filter }: SummarizeUsageDto): Promise<UsageSummaryResponse> {
    return toUsageSummaryResponse(await this.usage.summarize(groupBy, filter));
  }

  @Get(':requestId')
  @Operation('Read the receipt of a request', {
    details: 'Each priced quantity of its charge, and each channel that was tried.',
  })
  @ApiOkResponse({ type: ReceiptResponse })
  async get(@Param('requestId') requestId: string): Promise<ReceiptResponse> {
    return toReceiptResponse(await this.usage.getReceipt(requestId));
  }
}
