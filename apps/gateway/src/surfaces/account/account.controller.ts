import { Controller, Get, Req } from '@nestjs/common';
import { readNow } from '@tokenbay/platform';
import { PointsService } from '@tokenbay/points';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../relay/caller.js';
import { type OwnAccountResponse, toOwnAccountResponse } from './account.response.js';

/** What a client may know of its own account and key. */
@Controller('v1/account')
export class AccountController {
  constructor(private readonly points: PointsService) {}

  /** Balance, the calling key's consumption as of this moment, and what both are limited to. */
  @Get()
  async show(@Req() request: FastifyRequest): Promise<OwnAccountResponse> {
    const caller = callerOf(request);
    const [balances, budget] = await readNow(
      Promise.all([this.points.balances([caller.account.id]), this.points.currentBudget(caller.key.id)]),
    );
    return toOwnAccountResponse(caller, balances.get(caller.account.id), budget);
  }
}
