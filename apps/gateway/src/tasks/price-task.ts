import { DomainError } from '@tokenbay/errors';
import { type CompiledPrices, type Model, priceUsage, type UsagePrice } from '@tokenbay/models';
import type { VideoCall } from '@tokenbay/protocol';
import type { TaskQuantities } from '@tokenbay/tasks';

/** What is held for where neither the client nor any provider of the model says how long a video becomes: longer than any makes them. */
export const SECONDS_UNKNOWN = 20;

/**
 * What a video counts: its seconds, the pictures that were handed over, and its size where the price sheet has a factor of that name in
 * `serviceTiers` (`"1280x720"`, `"1080p"`). Throws `model_capability_not_supported` where the model sells neither seconds nor requests, and
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

function tierOf({ size, resolution, spelling }: VideoCall, { serviceTiers }: CompiledPrices): string | null {
  const asked = [...(size ? [`${size.width}x${size.height}`] : []), ...(resolution === undefined ? [] : [resolution])];
  const tier = asked.find((name) => serviceTiers.includes(name));
  if (tier !== undefined) return tier;
  const [unsold] = asked;
  if (unsold === undefined || serviceTiers.length === 0) return null;
  const param = spelling.size ?? spelling.resolution ?? 'size';
  throw new DomainError('invalid_request', unsold, {
    message: `This model has no price for ${unsold}; it sells ${serviceTiers.join(', ')}.`,
    param,
  });
}
