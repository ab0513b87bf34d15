import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { type Logger, PlatformModule } from '@tokenbay/platform';
import { LedgerModule, PointsModule } from '@tokenbay/points';
import { LIMITS_OPTIONS, type LimitsOptions } from '@tokenbay/limits';
import { ModelsModule } from '@tokenbay/models';
import { ENTITIES } from '@tokenbay/schema';
import { UsageKeeperModule, UsageModule } from '@tokenbay/usage';
import { GATEWAY_CONFIG, type GatewayConfig } from './gateway.config.js';
import { ErrorCounts } from './health/error-counts.js';
import { HealthModule } from './health/health.module.js';
import { RelayModule } from './relay/relay.module.js';
import { AccountController } from './surfaces/account/account.controller.js';
import { UsageController } from './surfaces/account/usage.controller.js';
import { AnthropicMessagesController } from './surfaces/anthropic-messages/anthropic-messages.controller.js';
import { GeminiController } from './surfaces/gemini-generate/gemini.controller.js';
import { GeminiModelsController, ModelsController } from './surfaces/models/models.controller.js';
import { ModelsService } from './surfaces/models/models.service.js';
import { OpenAiAudioController } from './surfaces/openai-audio/openai-audio.controller.js';
import { OpenAiChatController } from './surfaces/openai-chat/openai-chat.controller.js';
import { OpenAiEmbeddingsController } from './surfaces/openai-embeddings/openai-embeddings.controller.js';
import { OpenAiImagesController } from './surfaces/openai-images/openai-images.controller.js';
import { OpenAiModerationsController } from './surfaces/openai-moderations/openai-moderations.controller.js';
import { OpenAiResponsesController } from './surfaces/openai-responses/openai-responses.controller.js';
import { RerankController } from './surfaces/rerank/rerank.controller.js';
import { VideosController } from './surfaces/videos/videos.controller.js';
import { TasksGatewayModule } from './tasks/tasks-gateway.module.js';
import { WebhookSenderModule } from './webhooks/webhook-sender.module.js';
import { WORKER_ROLE, WorkerRole } from './workers/worker-role.js';

/** The data plane: answers clients, moves points, writes usage; changes no configuration. */
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig, logger: Logger, errorCounts: ErrorCounts): DynamicModule {
    const { databaseUrl, secretsKey, redisUrl } = config;
    const role = new WorkerRole();
    const { primary, peerId, processId } = role;
    const limits: LimitsOptions = { redisUrl, primary, peerId, processId };
    return {
      module: GatewayModule,
      global: true,
      imports: [
        DiscoveryModule,
        PlatformModule.forRoot({ app: 'gateway', databaseUrl, secretsKey, logger, entities: ENTITIES }),
        ModelsModule,
        LedgerModule,
        PointsModule,
        UsageModule,
        UsageKeeperModule.forRoot(),
        HealthModule,
        RelayModule,
        TasksGatewayModule,
        WebhookSenderModule,
      ],
      controllers: [
        OpenAiChatController,
        OpenAiResponsesController,
        AnthropicMessagesController,
        GeminiController,
        OpenAiEmbeddingsController,
        OpenAiAudioController,
        OpenAiImagesController,
        OpenAiModerationsController,
        RerankController,
        VideosController,
        ModelsController,
        GeminiModelsController,
        AccountController,
        UsageController,
      ],
      providers: [
        { provide: GATEWAY_CONFIG, useValue: config },
        { provide: ErrorCounts, useValue: errorCounts },
        { provide: WORKER_ROLE, useValue: role },
        { provide: LIMITS_OPTIONS, useValue: limits },
        ModelsService,
      ],
      exports: [GATEWAY_CONFIG, ErrorCounts, LIMITS_OPTIONS, WORKER_ROLE],
    };
  }
}
