import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readModerationsCall } from './request.js';

/** OpenAI's moderations. */
@Controller()
export class OpenAiModerationsController {
  constructor(private readonly relay: RelayService) {}

  /** Answers one judgement for each text, or one for all parts together. */
  @RelayRoute('/v1/moderations')
  async judge(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readModerationsCall(jsonBodyOf(request), request.bodyBytes), request, reply);
  }
}
