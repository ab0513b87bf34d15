import type { VideoCall, VideoField } from '@tokenbay/protocol';
import { fieldName, refuseValue } from './video-fields.js';

/** Sizes in pixels by named resolution and aspect ratio, as `1280x720`. */
export type SizeTable = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a family of models offers, by its provider's reference. A list that is absent is not judged: the provider does. */
export interface VideoRules {
  /** Whole seconds: from, to; or the only ones there are. */
  readonly seconds: readonly number[] | { readonly min: number; readonly max: number };
  readonly secondsDefault: number;
  readonly resolutions?: readonly string[];
  readonly aspectRatios?: readonly string[];
  readonly sizes: SizeTable;
}

/** What people mean by a named resolution in either direction. */
const COMMON_SIZES: SizeTable = {
  '480p': { '16:9': '854x480', '9:16': '480x854' },
  '720p': { '16:9': '1280x720', '9:16': '720x1280' },
  '1080p': { '16:9': '1920x1080', '9:16': '1080x1920' },
  '4k': { '16:9': '3840x2160', '9:16': '2160x3840' },
};

/** Length and picture of a video in the terms of a provider that thinks in resolution and ratio. */
export interface VideoShape {
  readonly seconds: number;
  readonly resolution: string | undefined;
  readonly aspectRatio: string | undefined;
  /** In pixels as it will be made, where both are known. */
  readonly size: string | undefined;
}

/**
 * Brings length, size, resolution and ratio of a call into the terms of the provider. Throws `invalid_request` that names the client's field
 * and what there is, where the model does not offer a value or two fields contradict each other.
 */
export function chooseShape(call: VideoCall, rules: VideoRules): VideoShape {
  const seconds = chooseSeconds(call, rules);
  const fromSize = call.size && resolveSize(call, rules);
  agree(call, 'resolution', fromSize?.resolution);
  agree(call, 'aspectRatio', fromSize?.aspectRatio);
  const resolution = call.resolution ?? fromSize?.resolution;
  const aspectRatio = call.aspectRatio ?? fromSize?.aspectRatio;
  judge(call, rules, { resolution, aspectRatio });
  const size = fromSize?.size ?? rules.sizes[resolution ?? '']?.[aspectRatio ?? ''];
  return { seconds, resolution, aspectRatio, size };
}

/** The seconds asked for, or the model's default. Throws `invalid_request` where the model does not offer them. */
function chooseSeconds(call: VideoCall, { seconds: offered, secondsDefault }: VideoRules): number {
  const seconds = call.seconds ?? secondsDefault;
  if (isList(offered)) {
    if (!offered.includes(seconds))
      refuseValue(call, 'seconds', `must be one of ${offered.join(', ')} for this model.`);
  } else if (!Number.isInteger(seconds) || seconds < offered.min || seconds > offered.max) {
    refuseValue(call, 'seconds', `must be a whole number from ${offered.min} to ${offered.max} for this model.`);
  }
  return seconds;
}

/**
 * A size in the provider's terms: one that it makes, or one that names a resolution and ratio it has, which then comes out a few pixels
 * different; the size that is answered says so.
 */
function resolveSize(call: VideoCall, { sizes, resolutions }: VideoRules): SizeMatch {
  const asked = `${call.size?.width}x${call.size?.height}`;
  const offered = Object.entries(sizes).filter(([name]) => resolutions?.includes(name) ?? true);
  const own = findSize(offered, asked);
  if (own) return own;
  const common = findSize(Object.entries(COMMON_SIZES), asked);
  const made = offered.find(([name]) => name === common?.resolution)?.[1][common?.aspectRatio ?? ''];
  if (common && made !== undefined) return { ...common, size: made };
  const all = offered.flatMap(([, ratios]) => Object.values(ratios));
  return refuseValue(call, 'size', `must be one of ${all.join(', ')} for this model.`);
}

function findSize(
  table: readonly (readonly [string, Readonly<Record<string, string>>])[],
  size: string,
): SizeMatch | undefined {
  for (const [resolution, ratios] of table) {
    const [aspectRatio] = Object.entries(ratios).find(([, known]) => known === size) ?? [];
    if (aspectRatio !== undefined) return { size, resolution, aspectRatio };
  }
  return undefined;
}

function agree(call: VideoCall, field: 'resolution' | 'aspectRatio', fromSize: string | undefined): void {
  if (fromSize !== undefined && call[field] !== undefined && call[field] !== fromSize)
    refuseValue(call, field, `contradicts ${fieldName(call, 'size')}.`);
}

function judge(call: VideoCall, rules: VideoRules, picture: Pick<VideoShape, 'resolution' | 'aspectRatio'>): void {
  const offered = { resolution: rules.resolutions, aspectRatio: rules.aspectRatios };
  for (const field of ['resolution', 'aspectRatio'] as const) {
    const value = picture[field];
    if (value === undefined || !offered[field] || offered[field].includes(value)) continue;
    const named: VideoField = call[field] === undefined ? 'size' : field;
    refuseValue(call, named, `must be one of ${offered[field].join(', ')} for this model.`);
  }
}

function isList(value: readonly number[] | object): value is readonly number[] {
  return Array.isArray(value);
}

interface SizeMatch {
  readonly size: string;
  readonly resolution: string;
  readonly aspectRatio: string;
}
