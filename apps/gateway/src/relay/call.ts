import type { PriceKind, TokenPriceKind } from '@tokenbay/models';
import type { ErrorView } from '@tokenbay/platform';
import type { Capability, Dialect } from '@tokenbay/protocol';
import type { JsonObject } from '@tokenbay/providers';

/** What a surface understood of a client's request: all that the relay needs to admit, price and forward it. */
export interface Call {
  readonly dialect: Dialect;
  readonly capability: Capability;
  /** The public name of the model that is asked for. */
  readonly model: string;
  /** The body as parsed; what the surface does not know is still in it. */
  readonly body: JsonObject;
  readonly isStream: boolean;
  /** True where the client asked for usage reporting in its stream. */
  readonly wantsUsage: boolean;
  readonly choices: number;
  /** Upper bound of the input in tokens; null where its parts have no bound but the model's context. */
  readonly inputTokensMax: number | null;
  /** The client's own output limit per choice; undefined where it set none. */
  readonly outputTokensMax: number | undefined;
  /** Below this the output limit is never lowered: the thinking budget and 256. */
  readonly outputTokensFloor: number;
  /** Which prices the model must have to sell this. */
  readonly priceKinds: readonly PriceKind[];
  /** Kinds of tokens that this request cannot consume, and whose prices its worst case therefore leaves out. */
  readonly excludedKinds: readonly TokenPriceKind[];
  readonly hostedTools: readonly string[];
  readonly serviceTier: string | null;
  /** The text of the input, for counting it where the upstream reports no usage. Costly: only then. */
  readonly readInputText: () => string;
  /** What keeps a silent stream alive, in the dialect's form. */
  readonly keepAlive: Buffer;
  /** The last thing sent on a stream that fails, in the dialect's form. */
  readonly renderStreamError: (view: ErrorView) => string;
}

/** Hosted tools are sold by the request: one call of each that the request offers, whether or not the model makes it. */
export function toolCallsOf({ hostedTools }: Call): Record<string, number> {
  return Object.fromEntries(hostedTools.map((tool) => [tool, 1]));
}
