/** A JSON object as it came over the wire: nothing about its fields is known yet. */
export type JsonObject = Record<string, unknown>;
