import type { ProviderAdapter } from '../provider-adapter.js';
import type { OpenAiDialect } from './endpoint.js';
import { createImageWire } from './image-wires.js';

/** What a provider of this format offers of pictures and sound, as far as its row says so. */
export function createMediaWires({ paths }: OpenAiDialect): Pick<ProviderAdapter, 'imageGeneration' | 'imageEditing'> {
  const { imageGenerations, imageEdits } = paths;
  return {
    ...(imageGenerations !== undefined && { imageGeneration: createImageWire(imageGenerations) }),
    ...(imageEdits !== undefined && { imageEditing: createImageWire(imageEdits) }),
  };
}
