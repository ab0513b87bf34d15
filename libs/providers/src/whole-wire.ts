import type { AnswerReading, JsonObject } from './provider.js';
import type { Endpoint, EndpointTarget } from './text-wire.js';

/**
 * An interface beside text that answers one JSON body to another, in the format of the clients that ask for it: nothing is converted and
 * nothing is streamed. Pure.
 */
export interface WholeWire {
  endpoint(target: EndpointTarget): Endpoint;
  /** The client's body with the few changes that must be. Unknown fields stay. */
  amendRequest(body: JsonObject, upstreamModel: string): JsonObject;
  /** Reads an answer as far as it is metered; undefined where it is none of this interface. */
  readAnswer(body: JsonObject): AnswerReading | undefined;
}
