import type { ErrorRenderer, ErrorView, RenderedError, RenderedRequest } from '@tokenbay/platform';
import type { Dialect } from '@tokenbay/protocol';
import { renderError as renderAnthropicError } from './anthropic-messages/error.js';
import { dialectOf, isGoogleRequest } from './dialect.js';
import { renderError as renderGeminiError, renderSharedError } from './gemini-generate/error.js';
import { renderError as renderOpenaiError } from './openai-chat/error.js';

const RENDERERS: Readonly<Record<Dialect, (view: ErrorView) => string>> = {
  openai: renderOpenaiError,
  anthropic: renderAnthropicError,
  gemini: renderGeminiError,
};

/** Renders the gateway's errors in the dialect of the path. */
export const dialectErrorRenderer: ErrorRenderer = {
  render(view: ErrorView, { url, headers }: RenderedRequest): RenderedError {
    const dialect = dialectOf(url);
    if (dialect === 'openai' && headers && isGoogleRequest({ url, headers })) return { body: renderSharedError(view) };
    return { body: RENDERERS[dialect](view) };
  },
};
