/** Time limits and bounds of the HTTP edge; Node's and Fastify's own defaults leave several of them open. */
export interface HttpLimits {
  /** From the first byte of a request to the end of its headers, milliseconds. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the end of its body, milliseconds: drops slow senders. */
  readonly requestTimeoutMs: number;
  /** Silence on a connection in both directions, milliseconds: drops readers that stall. Must exceed the longest wait for an upstream. */
  readonly connectionTimeoutMs: number;
  /** Silence between two requests on one connection, milliseconds; above the usual 60 s of load balancers. */
  readonly keepAliveTimeoutMs: number;
  /** How often Node looks for requests past their time limit, milliseconds. */
  readonly checkIntervalMs: number;
  /** All headers of a request together, bytes. */
  readonly headerBytesMax: number;
  /** One parameter of a path, percent-encoded, characters. */
  readonly pathParameterLengthMax: number;
}

/** What holds unless an application asks for something else. */
export const HTTP_LIMITS: HttpLimits = {
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 120_000,
  connectionTimeoutMs: 600_000,
  keepAliveTimeoutMs: 72_000,
  checkIntervalMs: 5_000,
  headerBytesMax: 16_384,
  pathParameterLengthMax: 1_024,
};
