import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readCountedInput } from './counted-input.js';
import { readMessagesCall } from './request.js';

/** Anthropic's Messages. */
@Controller()
export class AnthropicMessagesController {
  constructor(private readonly relay: RelayService) {}

  /** Answers one message, whole or as an event stream. */
  @RelayRoute('/v1/messages')
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readMessagesCall(jsonBodyOf(request), request.bodyBytes, request.headers), request, reply);
  }

  /** How many tokens a request would have, estimated here: free, and no provider is asked. */
  @Post('v1/messages/count_tokens')
  @HttpCode(200)
  @RouteConfig({ countsForAccountRate: true })
  async count(@Req() request: FastifyRequest): Promise<{ input_tokens: number }> {
    return { input_tokens: await this.relay.countTokens(readCountedInput(jsonBodyOf(request)), request) };
  }
}
