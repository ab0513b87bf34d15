import type { ProviderAdapter } from '../provider-adapter.js';
import type { EndpointTarget } from '../text-wire.js';
import { isByDeployment, locate } from './locate.js';

/**
 * Azure OpenAI: what OpenAI's adapter serves, at addresses of one's own. Responses are served below `/openai/v1` only; the older form has
 * them elsewhere.
 */
export function createAzureAdapter(openai: ProviderAdapter): ProviderAdapter {
  const azure: ProviderAdapter = { ...openai, headers: (secret) => ({ 'api-key': secret }) };
  return { ...azure, at: (baseUrl) => placeAt(azure, baseUrl) };
}

/** Pictures and sound, which both forms have. */
const MEDIA = ['imageGeneration', 'imageEditing', 'speech', 'transcription', 'translation'] as const;

function placeAt(azure: ProviderAdapter, baseUrl: string): ProviderAdapter {
  const wires = isByDeployment(baseUrl) ? azure.wires.filter(({ format }) => format === 'openai-chat') : azure.wires;
  const { embeddings } = azure;
  const media: Partial<ProviderAdapter> = {};
  for (const name of MEDIA) {
    const wire = azure[name];
    if (wire) Object.assign(media, { [name]: placed(wire, baseUrl) });
  }
  return {
    ...azure,
    ...media,
    wires: wires.map((wire) => placed(wire, baseUrl)),
    ...(embeddings && { embeddings: { ...embeddings, batch: placed(embeddings.batch, baseUrl) } }),
  };
}

function placed<T extends Pick<ProviderAdapter['wires'][number], 'endpoint'>>(wire: T, baseUrl: string): T {
  const endpoint = (target: EndpointTarget) => {
    const { path, ...rest } = wire.endpoint(target);
    return { ...rest, path: locate(path, baseUrl, target.upstreamModel) };
  };
  return { ...wire, endpoint };
}
