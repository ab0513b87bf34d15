import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { fieldsOf } from '../form-body.js';
import { jsonBodyOf } from '../json-body.js';
import { readEditCall } from './edit-request.js';
import { readGenerationCall } from './request.js';

/** OpenAI's pictures: made from words, and changed. */
@Controller()
export class OpenAiImagesController {
  constructor(private readonly relay: RelayService) {}

  /** Answers pictures made from a prompt, whole or as a stream of partial ones. */
  @RelayRoute('/v1/images/generations')
  async generate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readGenerationCall(jsonBodyOf(request), request.bodyBytes), request, reply);
  }

  /** Answers pictures changed as a prompt says, whole or as a stream of partial ones. */
  @RelayRoute({ paths: ['/v1/images/edits'], acceptsForms: true })
  async edit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readEditCall(fieldsOf(request), request.bodyBytes), request, reply);
  }
}
