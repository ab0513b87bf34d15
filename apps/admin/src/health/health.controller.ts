import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/public.decorator.js';
import { Operation } from '../http/operation.js';
import { HealthResponse } from './health.response.js';
import { Readiness } from './readiness.js';

/** As of every 503; nobody knows how long it takes. */
const WHILE_UNAVAILABLE = { 'x-should-retry': 'true', 'retry-after': '1' };

/** For load balancers and container engines; outside the base path and without a token. */
@Public()
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Operation('Whether the process runs')
  @ApiOkResponse({ type: HealthResponse, description: 'It runs.' })
  live(): HealthResponse {
    return { status: 'live' };
  }

  @Get('ready')
  @Operation('Whether the process can do its work')
  @ApiOkResponse({ type: HealthResponse, description: 'The database answers and its schema is current.' })
  @ApiResponse({ status: 503, type: HealthResponse, description: 'Not now.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthResponse> {
    const isReady = await this.readiness.isReady();
    void reply.code(isReady ? 200 : 503);
    if (!isReady) void reply.headers(WHILE_UNAVAILABLE);
    return { status: isReady ? 'ready' : 'unavailable' };
  }
}
