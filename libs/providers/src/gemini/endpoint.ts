import type { Endpoint, EndpointTarget } from '../text-wire.js';

/** A name that says itself which collection it is of. */
const RESOURCE = /^(models|tunedModels)\/(.+)$/;

/** Below a base URL that ends in the version. Streams are asked for as events, whatever form the client wants them in. */
export function endpointOf({ upstreamModel, isStream }: EndpointTarget): Endpoint {
  const [, collection = 'models', name = upstreamModel] = RESOURCE.exec(upstreamModel) ?? [];
  const verb = isStream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return { path: `/${collection}/${encodeURIComponent(name)}:${verb}` };
}
