import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readRerankCall } from './request.js';

/** Documents by relevance, in the shape that Cohere and Jina share. */
@Controller()
export class RerankController {
  constructor(private readonly relay: RelayService) {}

  /** Answers the documents' places, the most relevant first. */
  @RelayRoute('/v1/rerank')
  async rank(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readRerankCall(jsonBodyOf(request), request.bodyBytes), request, reply);
  }
}
