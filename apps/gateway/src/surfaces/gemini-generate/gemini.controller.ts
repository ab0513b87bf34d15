import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { isVerbOffered, serveVerb } from './verbs.js';

/** Everything that Gemini's dialect asks of a model: `models/{model}:{verb}`. */
@Controller()
export class GeminiController {
  constructor(private readonly relay: RelayService) {}

  /** Serves the verbs that are offered; any other has no route. */
  @RelayRoute({ paths: ['/v1beta/models/*', '/v1/models/*'], serves: isVerbOffered })
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return serveVerb({ request, reply, body: jsonBodyOf(request) }, this.relay);
  }
}
