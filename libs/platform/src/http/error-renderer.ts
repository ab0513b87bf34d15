import type { IncomingHttpHeaders } from 'node:http';
import type { ErrorView } from './error-view.js';

/** Gives errors the form that the caller of a path expects. Must not throw, whatever the path holds. */
export interface ErrorRenderer {
  /** The body of the answer, and headers beyond those every error carries. */
  render(view: ErrorView, request: RenderedRequest): RenderedError;
}

/** What decides the form: the path, and the headers where they could be read. */
export interface RenderedRequest {
  readonly url: string;
  readonly headers?: IncomingHttpHeaders;
}

/** An error as it goes over the wire. */
export interface RenderedError {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}
