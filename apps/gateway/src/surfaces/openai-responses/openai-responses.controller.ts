import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readResponsesCall } from './request.js';

/** OpenAI's Responses. */
@Controller()
export class OpenAiResponsesController {
  constructor(private readonly relay: RelayService) {}

  /** Answers one response, whole or as an event stream. */
  @RelayRoute('/v1/responses')
  async respond(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readResponsesCall(jsonBodyOf(request), request.bodyBytes, request.headers), request, reply);
  }
}
