import type { ErrorView } from './error-view.js';

/** Gives errors the form that the caller of a path expects. Must not throw, whatever the path holds. */
export interface ErrorRenderer {
  /** The body of the answer, and headers beyond those every error carries. */
  render(view: ErrorView, request: { readonly url: string }): RenderedError;
}

/** An error as it goes over the wire. */
export interface RenderedError {
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}
