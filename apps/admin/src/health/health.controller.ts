import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/public.decorator.js';
import { Readiness } from './readiness.js';

/** For load balancers and container engines; outside the base path and without a token. */
@Public()
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs. */
  @Get('live')
  @ApiOkResponse({ description: 'The process runs.' })
  live(): { status: string } {
    return { status: 'live' };
  }

  /** The process can do its work. */
  @Get('ready')
  @ApiOkResponse({ description: 'The database answers and its schema is current.' })
  @ApiResponse({ status: 503, description: 'Not now.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string }> {
    const isReady = await this.readiness.isReady();
    void reply.code(isReady ? 200 : 503);
    return { status: isReady ? 'ready' : 'unavailable' };
  }
}
