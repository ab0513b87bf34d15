import { isUtf8 } from 'node:buffer';
import { DomainError } from '@tokenbay/errors';
import { textOfParts } from '@tokenbay/protocol';
import { type ConversionWire, type Endpoint, isFailure, parseObject } from '@tokenbay/providers';
import { CountedText } from '../count-tokens.js';
import { ConversionStream } from './conversion-stream.js';
import { type Exchange, type OutgoingRequest, type StreamExchange, type WholeAnswer } from './exchange.js';
import type { AnswerRenderer, RenderContext } from './renderer.js';

/** What a conversion is made of. */
export interface ConversionTerms {
  readonly request: Endpoint & { readonly body: string };
  readonly wire: ConversionWire;
  readonly renderer: AnswerRenderer;
  readonly context: RenderContext;
  readonly choices: number;
  readonly textCharactersMax: number;
  readonly droppedFields: readonly string[];
  readonly eventBytesMax: number | undefined;
}

/** The exchange where client and channel speak different dialects: everything goes through the canonical model, both ways. */
export class Conversion implements Exchange {
  readonly request: OutgoingRequest;

  constructor(private readonly terms: ConversionTerms) {
    const { path, headers, body } = terms.request;
    this.request = { path, headers, body };
  }

  readAnswer(bytes: Buffer): WholeAnswer {
    const body = isUtf8(bytes) ? parseObject(bytes.toString('utf8')) : undefined;
    if (!body) throw new DomainError('response_parse_failed', 'not a JSON object');
    const { wire, renderer, context, droppedFields } = this.terms;
    const answer = wire.readAnswer(body);
    if (isFailure(answer)) {
      return { bytes, droppedFields, reading: { text: new CountedText(), usage: undefined, failure: answer } };
    }
    const text = new CountedText();
    if (!answer.usage) for (const { content } of answer.choices) text.add(textOfParts(content));
    return {
      bytes: Buffer.from(renderer.renderAnswer(answer, context)),
      droppedFields,
      reading: { text, usage: answer.usage, failure: undefined },
    };
  }

  openStream(): StreamExchange {
    const { wire, renderer, context, choices, textCharactersMax, droppedFields, eventBytesMax } = this.terms;
    const written = { contentType: renderer.streamType, droppedFields };
    return new ConversionStream({
      ...{ reader: wire.openReader(), renderer: renderer.openStream(context) },
      ...{ choices, textCharactersMax, eventBytesMax, ...written },
    });
  }
}
