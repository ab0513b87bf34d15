import { Controller } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { formOf } from '../form-body.js';
import { jsonBodyOf } from '../json-body.js';
import { readSpeechCall } from './speech-request.js';
import { readTranscriptionCall, readTranslationCall } from './transcript-request.js';

/** OpenAI's sound: texts spoken, recordings written down. */
@Controller()
export class OpenAiAudioController {
  constructor(private readonly relay: RelayService) {}

  /** Answers a text spoken, as bytes of sound or as events with sound in them. */
  @RelayRoute('/v1/audio/speech')
  async speak(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readSpeechCall(jsonBodyOf(request), request.bodyBytes), request, reply);
  }

  /** Answers a recording written down in its own language, whole or as it is written. */
  @RelayRoute({ paths: ['/v1/audio/transcriptions'], acceptsForms: true })
  async transcribe(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readTranscriptionCall(formOf(request), request.bodyBytes), request, reply);
  }

  /** Answers a recording written down in English. */
  @RelayRoute({ paths: ['/v1/audio/translations'], acceptsForms: true })
  async translate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.relay.serve(readTranslationCall(formOf(request), request.bodyBytes), request, reply);
  }
}
