import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { createHttpApp, type Logger } from '@tokenbay/platform';
import type { AdminConfig } from './admin.config.js';
import { AdminModule } from './admin.module.js';
import { adminErrorRenderer } from './http/admin-error-renderer.js';
import { BodyValidationPipe } from './http/body-validation.pipe.js';
import { buildDocument } from './openapi/build-document.js';
import { MERGE_PATCH } from './http/merge-patch.js';

const BODY_BYTES_MAX = 1_048_576;
const CONNECTION_TIMEOUT_MS = 60_000;

/** Builds the admin application, not yet listening: its base path, validation, and public documentation. */
export async function createAdminApp(config: AdminConfig, logger: Logger): Promise<NestFastifyApplication> {
  const app = await createHttpApp(AdminModule.forRoot(config, logger), {
    logger,
    renderer: adminErrorRenderer,
    routeNotFound: 'not_found',
    bodyBytesMax: BODY_BYTES_MAX,
    jsonTypes: [MERGE_PATCH],
    limits: { connectionTimeoutMs: CONNECTION_TIMEOUT_MS },
  });
  app.setGlobalPrefix('admin/v1', { exclude: ['health/live', 'health/ready'] });
  app.useGlobalPipes(new BodyValidationPipe());
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'TokenBay Gateway: admin API',
    swaggerOptions: { persistAuthorization: false },
  });
  return app;
}
