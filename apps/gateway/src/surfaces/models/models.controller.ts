import { Controller, Get, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { isGoogleRequest } from '../dialect.js';
import { callerOf } from '../../relay/caller.js';
import {
  type GeminiModelsResponse,
  type ModelsResponse,
  toGeminiModel,
  toGeminiModels,
  toModel,
  toModels,
} from './models.response.js';
import { ModelsService } from './models.service.js';

/** The models that the calling key may use, in one shape that the OpenAI and Anthropic libraries both read. */
@Controller('v1/models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  /** One page with everything. With Google's credential header or parameter: Gemini's shape. */
  @Get()
  list(@Req() request: FastifyRequest): ModelsResponse | GeminiModelsResponse {
    const models = this.models.listFor(callerOf(request));
    return isGoogleRequest(request) ? toGeminiModels(models) : toModels(models);
  }

  /** The name may hold slashes and colons, raw or encoded. */
  @Get('*')
  find(@Req() request: FastifyRequest, @Param('*') name: string): unknown {
    const model = this.models.getFor(callerOf(request), name);
    return isGoogleRequest(request) ? toGeminiModel(model) : toModel(model);
  }
}

/** The same models in Gemini's shape. */
@Controller('v1beta/models')
export class GeminiModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get()
  list(@Req() request: FastifyRequest): GeminiModelsResponse {
    return toGeminiModels(this.models.listFor(callerOf(request)));
  }

  @Get('*')
  find(@Req() request: FastifyRequest, @Param('*') name: string): unknown {
    return toGeminiModel(this.models.getFor(callerOf(request), name));
  }
}
