import { DomainError } from '@tokenbay/errors';
import { DroppedFields } from '@tokenbay/protocol';
import { carryCustomTools, type WriteTerms } from '@tokenbay/providers';
import type { TextCall } from '../call.js';
import { assertWords } from './assert-words.js';
import { Conversion } from './conversion.js';
import type { Exchange, ExchangeTerms } from './exchange.js';
import { PassThrough } from './pass-through.js';
import type { RenderContext } from './renderer.js';

/**
 * Lets a call pass where the provider speaks its format, and converts it for any other. Throws `conversion_not_implemented` where the
 * provider serves no text, or cannot be asked for what the call demands.
 */
export function openTextExchange(call: TextCall, terms: ExchangeTerms): Exchange {
  const { adapter, upstreamModel, outputTokensMax, outputTokensHeld } = terms;
  const dropped = new DroppedFields();
  const writeTerms = { upstreamModel, isStream: call.isStream, outputTokensMax, outputTokensHeld, dropped };
  const own = adapter.wires.find(({ format }) => format === call.format);
  return own ? new PassThrough({ call, wire: own, writeTerms, terms }) : convert(call, terms, writeTerms);
}

function convert(
  call: TextCall,
  { adapter, requestId, textCharactersMax }: ExchangeTerms,
  terms: WriteTerms,
): Exchange {
  const canonical = call.readCanonical(call.body, terms.dropped);
  const wire = adapter.chooseWire?.(canonical, call.format) ?? adapter.wires[0];
  if (!wire) throw new DomainError('conversion_not_implemented', adapter.name);
  if (wire.refusesEmptyText) assertWords(canonical, call.format);
  const context: RenderContext = {
    ...{ requestId, model: call.model, wantsUsage: call.wantsUsage },
    createdAtSeconds: Math.floor(Date.now() / 1000),
  };
  const conversion = wire.takesCustomTools ? wire.conversion : carryCustomTools(wire.conversion, canonical);
  const target = { upstreamModel: terms.upstreamModel, isStream: terms.isStream };
  return new Conversion({
    request: { ...wire.endpoint(target), body: JSON.stringify(conversion.writeRequest(canonical, terms)) },
    ...{ wire: conversion, renderer: call.renderer, context, textCharactersMax },
    ...{ choices: call.choices, droppedFields: terms.dropped.list, eventBytesMax: wire.eventBytesMax },
  });
}
