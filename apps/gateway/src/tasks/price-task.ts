import { DomainError } from '@tokenbay/errors';
import { type CompiledPrices, type Model, priceUsage, type UsagePrice } from '@tokenbay/models';
import type { VideoCall } from '@tokenbay/protocol';
import type { TaskQuantities } from '@tokenbay/tasks';

/** What is held for where neither the client nor any provider of the model says how long a video becomes: longer than any makes them. */
export const SECONDS_UNKNOWN = 20;

/**
 * What a video counts: its seconds, the pictures that were handed over, and its size where the price sheet has a factor of that name in
 * `serviceTiers` (`"1280x720"`, `"1080p"`), the dearer one where both a size and a resolution are asked for. Throws `model_capability_not_supported` where the model sells neither seconds nor requests, and
 * `invalid_request` for a size that a sheet with such factors does not name: nothing is sold without a price.
 */
export function quantitiesOf(call: VideoCall, { prices }: Model, seconds: number): TaskQuantities {
  const { perSecond, perMinute, perRequest } = prices.source;
  if ([perSecond, perMinute, perRequest].every((price) => price === undefined)) {
    throw new DomainError('model_capability_not_supported', 'no price of videos', {
      message:
        'This model cannot be used for this kind of request: it has no price per second or per request, and nothing is sold without one.',
    });
  }
  const pictures = [call.firstFrame, call.lastFrame, ...call.referenceImages];
  const images = pictures.filter((picture) => picture !== undefined).length;
  return { seconds, images, tier: tierOf(call, prices) };
}

/** What quantities cost at these prices, in micropoints. */
export function priceTask(
  { seconds, images, tier }: TaskQuantities,
  prices: CompiledPrices,
  multiplier: string,
): UsagePrice {
  return priceUsage({ requests: 1, seconds, images, serviceTier: tier }, prices, multiplier);
}

function tierOf({ size, resolution, spelling }: VideoCall, { serviceTiers, source }: CompiledPrices): string | null {
  if (serviceTiers.length === 0) return null;
  const asked = [
    ...(size ? [{ name: `${size.width}x${size.height}`, param: spelling.size ?? 'size' }] : []),
    ...(resolution === undefined ? [] : [{ name: resolution, param: spelling.resolution ?? 'resolution' }]),
  ];
  const unsold = asked.find(({ name }) => !serviceTiers.includes(name));
  if (unsold) {
    throw new DomainError('invalid_request', unsold.name, {
      message: `This model has no price for ${unsold.name}; it sells ${serviceTiers.join(', ')}.`,
      param: unsold.param,
    });
  }
  const factorOf = (name: string): number => Number(source.serviceTiers?.[name]);
  const [dearest] = asked.map(({ name }) => name).sort((one, other) => factorOf(other) - factorOf(one));
  return dearest ?? null;
}
