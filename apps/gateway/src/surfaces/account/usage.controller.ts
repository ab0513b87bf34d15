import { Controller, Get, Param, Req } from '@nestjs/common';
import { readNow } from '@tokenbay/platform';
import { UsageService } from '@tokenbay/usage';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../relay/caller.js';
import { type OwnReceiptResponse, toOwnReceiptResponse } from './usage.response.js';

/** The receipts of a key's own requests. */
@Controller('v1/usage')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  /** What one request cost, line by line; `usage_not_found` for another key's. */
  @Get(':requestId')
  async show(@Req() request: FastifyRequest, @Param('requestId') requestId: string): Promise<OwnReceiptResponse> {
    return toOwnReceiptResponse(await readNow(this.usage.getForKey(callerOf(request).key.id, requestId)));
  }
}
