import cors from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApp, type Logger } from '@tokenbay/platform';
import type { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { ErrorCounts } from './health/error-counts.js';
import { countErrors, lineOf, observeRequests } from './health/observe-requests.js';
import { EarlyRefusal } from './health/overload/early-refusal.js';
import { LoadShedder } from './health/overload/load-shedder.js';
import { RequestMetrics } from './health/request-metrics.js';
import { installAdmission } from './relay/admission.hook.js';
import { mountRelayRoutes } from './relay/relay-route.js';
import { RelayService } from './relay/relay.service.js';
import { dialectErrorRenderer } from './surfaces/dialect-error-renderer.js';

const EXPOSED_HEADERS = [
  'x-request-id',
  'request-id',
  'x-should-retry',
  'retry-after',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-tokens',
  'x-output-tokens-limited',
  'x-tool-calls-limited',
];
const PREFLIGHT_SECONDS = 600;

/** Builds the gateway, not yet listening. */
export async function createGatewayApp(config: GatewayConfig, logger: Logger): Promise<NestFastifyApplication> {
  const { bodyBytesMax, trustedProxies } = config;
  const errorCounts = new ErrorCounts();
  const refusals = new EarlyRefusal(errorCounts);
  const app = await createHttpApp(GatewayModule.forRoot(config, logger, errorCounts), {
    logger,
    renderer: countErrors(dialectErrorRenderer, errorCounts),
    routeNotFound: 'route_not_found',
    describe: lineOf,
    bodyBytesMax,
    intercept: (request, response) => refusals.answers(request, response),
  });
  await allowBrowsers(app, config.corsOrigins);
  const fastify = app.getHttpAdapter().getInstance();
  observeRequests(fastify, app.get(RequestMetrics), logger);
  installAdmission(fastify, { relay: app.get(RelayService), trustedProxies, bodyBytesMax });
  const paths = mountRelayRoutes(app, fastify);
  const [shedder, metrics] = [app.get(LoadShedder), app.get(RequestMetrics)];
  // Browsers need headers that only the framework's hooks know.
  if (config.corsOrigins.length === 0) refusals.arm({ shedder, metrics, renderer: dialectErrorRenderer, paths });
  return app;
}

/** Registered before every other hook, so that a browser may read refusals too. Without origins no browser may read anything. */
async function allowBrowsers(app: NestFastifyApplication, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  });
}
