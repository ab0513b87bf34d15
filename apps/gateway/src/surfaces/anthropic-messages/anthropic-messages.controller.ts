import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayService } from '../../relay/relay.service.js';
import { jsonBodyOf } from '../json-body.js';
import { readCountedInput } from './counted-input.js';
import { readMessagesCall } from './request.js';

/** Anthropic's Messages. */
@Controller('v1/messages')
export class AnthropicMessagesController {
  constructor(private readonly relay: RelayService) {}

  /** Answers one message, whole or as an event stream. */
  @Post()
  @HttpCode(200)
  @RouteConfig({ countsForAccountRate: true })
  answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.relay.serve(readMessagesCall(jsonBodyOf(request), request.bodyBytes, request.headers), request, reply);
  }

  /** How many tokens a request would have, estimated here: free, and no provider is asked. */
  @Post('count_tokens')
  @HttpCode(200)
  @RouteConfig({ countsForAccountRate: true })
  async count(@Req() request: FastifyRequest): Promise<{ input_tokens: number }> {
    return { input_tokens: await this.relay.countTokens(readCountedInput(jsonBodyOf(request)), request) };
  }
}
