import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DomainError } from '@tokenbay/errors';
import { errorHeaders, type ErrorRenderer, toErrorView, uuidv7 } from '@tokenbay/platform';
import type { ErrorCounts } from '../error-counts.js';
import type { RequestMetrics } from '../request-metrics.js';
import { type LoadShedder, OVERLOAD_REFUSALS } from './load-shedder.js';

declare module 'node:http' {
  interface IncomingMessage {
    /** True where overload was looked at before the framework saw the request, and there was room. */
    hasRoom?: boolean;
  }
}

/** Stands for the request's id while a refusal is rendered ahead; as long as any. */
const ANY_ID = '00000000-0000-7000-8000-000000000000';

/** What refuses early, and whom. */
export interface EarlyRefusalParts {
  readonly shedder: LoadShedder;
  readonly metrics: RequestMetrics;
  readonly renderer: ErrorRenderer;
  /** Routes whose requests may be refused so; only those without parameters are. */
  readonly paths: readonly string[];
}

/** A refusal as it goes over the wire, but for the request's id. */
interface Form {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** The body's parts between which the id stands. */
  readonly body: readonly string[];
}

/**
 * Refuses relayed requests under overload before the framework has made anything of them. Such a refusal costs a quarter of what it costs
 * behind routing and hooks, so that a process can turn away several times the load it sustains and still answer each in time.
 */
export class EarlyRefusal {
  private parts: EarlyRefusalParts | undefined;
  private readonly forms = new Map<string, ReadonlyMap<DomainError, Form>>();

  constructor(private readonly counts: ErrorCounts) {}

  /** From here on refuses what has no room. */
  arm(parts: EarlyRefusalParts): void {
    for (const path of parts.paths) {
      if (/[:*]/.test(path)) continue;
      this.forms.set(
        path,
        new Map(OVERLOAD_REFUSALS.map((refusal) => [refusal, toForm(refusal, path, parts.renderer)])),
      );
    }
    this.parts = parts;
  }

  /** True where it has refused the request. */
  answers(request: IncomingMessage, response: ServerResponse): boolean {
    const { parts } = this;
    if (!parts?.shedder.isShedding || request.method !== 'POST') return false;
    const { url = '' } = request;
    const forms = this.forms.get(url);
    if (!forms) return false;
    const refusal = parts.shedder.refuseNext(false);
    const form = refusal && forms.get(refusal);
    if (!form) {
      request.hasRoom = true;
      return false;
    }
    this.counts.count(refusal.code);
    parts.metrics.countRefusal(url, form.status);
    send(form, response);
    return true;
  }
}

function toForm(refusal: DomainError, url: string, renderer: ErrorRenderer): Form {
  const view = toErrorView(refusal, ANY_ID);
  const { body, headers } = renderer.render(view, { url });
  const length = String(Buffer.byteLength(body));
  const all = Object.entries({ ...errorHeaders(view), ...headers, 'content-length': length });
  return { status: view.status, headers: all.flat(), body: body.split(ANY_ID) };
}

/** What is left of the request's body Node drops by itself once the answer is out. */
function send({ status, headers, body }: Form, response: ServerResponse): void {
  const id = uuidv7();
  response.writeHead(
    status,
    headers.map((text) => (text === ANY_ID ? id : text)),
  );
  response.end(body.length === 1 ? body[0] : body.join(id));
}
