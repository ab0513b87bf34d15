import type { IncomingMessage } from 'node:http';
import type { Exchange } from './exchange.js';

/** A refusal in the words of a provider. */
export interface ProviderError {
  status: number;
  message: string;
  type: string;
  code: string | null;
  param?: string | null;
}

/** How a provider words its errors. */
export interface ErrorForm {
  /** The error of the directive `error:<code>`; throws on a code that the provider has not. */
  byCode(code: string): ProviderError;
  /** The usual error of a status, for the directive `status:<status>`. */
  byStatus(status: number): ProviderError;
  /** The JSON body of an error. */
  render(error: ProviderError): string;
}

/** Everything the server must know of one provider's wire format: one folder, one of these, one line in `server.ts`. */
export interface Protocol {
  routes: { method: string; path: RegExp; handle: (exchange: Exchange) => Promise<void> }[];
  errors: ErrorForm;
  /** The model that a path names; absent where it stands in the body. */
  modelOf?: (path: string) => string;
  /** What a request without a proper credential is refused with, or null. */
  authenticate(request: IncomingMessage): ProviderError | null;
}
