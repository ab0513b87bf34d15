import type { Endpoint, EndpointTarget } from '../text-wire.js';

/** A name that says itself which collection it is of. */
const RESOURCE = /^(models|tunedModels)\/(.+)$/;

/** Below a base URL that ends in the version. Streams are asked for as events, whatever form the client wants them in. */
export function endpointOf({ upstreamModel, isStream }: EndpointTarget): Endpoint {
  return endpointOfVerb(upstreamModel, isStream ? 'streamGenerateContent?alt=sse' : 'generateContent');
}

/** Where a verb is asked of a model. */
export function endpointOfVerb(upstreamModel: string, verb: string): Endpoint {
  const { collection, name } = resourceOf(upstreamModel);
  return { path: `/${collection}/${encodeURIComponent(name)}:${verb}` };
}

/** The model as bodies name it. */
export function modelNameOf(upstreamModel: string): string {
  const { collection, name } = resourceOf(upstreamModel);
  return `${collection}/${name}`;
}

function resourceOf(upstreamModel: string): { readonly collection: string; readonly name: string } {
  const [, collection = 'models', name = upstreamModel] = RESOURCE.exec(upstreamModel) ?? [];
  return { collection, name };
}
