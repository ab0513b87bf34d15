import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readEmbeddingsCall } from './request.js';

/** OpenAI's embeddings. */
@Controller()
export class OpenAiEmbeddingsController {
  constructor(private readonly relay: RelayService) {}

  /** Answers one vector for each input. */
  @RelayRoute('/v1/embeddings')
  async embed(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readEmbeddingsCall(jsonBodyOf(request), request.bodyBytes), request, reply);
  }
}
