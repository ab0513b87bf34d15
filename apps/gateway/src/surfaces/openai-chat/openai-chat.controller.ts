import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readChatCall } from './request.js';

/** OpenAI's Chat Completions. */
@Controller('v1/chat/completions')
export class OpenAiChatController {
  constructor(private readonly relay: RelayService) {}

  /** Answers one completion, whole or as an event stream. */
  @Post()
  @HttpCode(200)
  @RouteConfig({ countsForAccountRate: true })
  complete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.serve(readChatCall(jsonBodyOf(request), request.bodyBytes), request, reply);
  }
}
