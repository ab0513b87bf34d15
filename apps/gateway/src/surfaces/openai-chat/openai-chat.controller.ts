import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readChatCall } from './request.js';

/** OpenAI's Chat Completions. */
@Controller()
export class OpenAiChatController {
  constructor(private readonly relay: RelayService) {}

  /** Answers one completion, whole or as an event stream. */
  @RelayRoute('/v1/chat/completions')
  async complete(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readChatCall(jsonBodyOf(request), request.bodyBytes, request.headers), request, reply);
  }
}
