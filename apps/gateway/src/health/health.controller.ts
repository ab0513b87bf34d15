import { Controller, Get, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Readiness } from './readiness.js';

/** As of every 503; nobody knows how long it takes. */
const WHILE_UNAVAILABLE = { 'x-should-retry': 'true', 'retry-after': '1' };

/** For load balancers and container engines. */
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** The process runs. */
  @Get('live')
  @RouteConfig({ access: 'public' })
  live(): { status: string } {
    return { status: 'live' };
  }

  /** The process can admit requests. */
  @Get('ready')
  @RouteConfig({ access: 'public' })
  ready(@Res({ passthrough: true }) reply: FastifyReply): { status: string } {
    const isReady = this.readiness.isReady();
    void reply.code(isReady ? 200 : 503);
    if (!isReady) void reply.headers(WHILE_UNAVAILABLE);
    return { status: isReady ? 'ready' : 'unavailable' };
  }
}

/** Paths that coding agents probe before they send anything. */
@Controller()
export class ProbeController {
  @Get()
  @RouteConfig({ access: 'public' })
  root(): { status: string } {
    return { status: 'ok' };
  }

  @Get('api/hello')
  @RouteConfig({ access: 'public' })
  hello(): { status: string } {
    return { status: 'ok' };
  }
}
