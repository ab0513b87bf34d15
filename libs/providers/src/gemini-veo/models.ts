import type { SizeTable, VideoRules } from '../video-shape.js';

/** What a generation of Veo offers, by the guide of the Gemini API. */
export interface VeoRules extends VideoRules {
  /** Whether pictures of what is to be seen, and a last frame, can be given. */
  readonly takesReferences: boolean;
  readonly takesLastFrame: boolean;
  /** Resolutions that are made at full length only. */
  readonly fullLengthOnly: readonly string[];
}

const SIZES: SizeTable = {
  '720p': { '16:9': '1280x720', '9:16': '720x1280' },
  '1080p': { '16:9': '1920x1080', '9:16': '1080x1920' },
  '4k': { '16:9': '3840x2160', '9:16': '2160x3840' },
};
const SHARED = { secondsDefault: 8, aspectRatios: ['16:9', '9:16'], sizes: SIZES };

const VEO_2: VeoRules = {
  ...SHARED,
  ...{ seconds: { min: 5, max: 8 }, resolutions: ['720p'] },
  ...{ takesReferences: false, takesLastFrame: true, fullLengthOnly: [] },
};
const VEO_3: VeoRules = {
  ...SHARED,
  ...{ seconds: [4, 6, 8], resolutions: ['720p', '1080p'] },
  ...{ takesReferences: false, takesLastFrame: false, fullLengthOnly: ['1080p'] },
};
const VEO_3_1: VeoRules = {
  ...SHARED,
  ...{ seconds: [4, 6, 8], resolutions: ['720p', '1080p', '4k'] },
  ...{ takesReferences: true, takesLastFrame: true, fullLengthOnly: ['1080p', '4k'] },
};
const VEO_3_1_LITE: VeoRules = { ...VEO_3_1, resolutions: ['720p', '1080p'], takesReferences: false };

/** The rules of a model by its name; of one that is not known, those of the newest. */
export function veoRules(model: string): VeoRules {
  if (/^veo-2/.test(model)) return VEO_2;
  if (/^veo-3\.0/.test(model)) return VEO_3;
  return /^veo-3\.1.*lite/.test(model) ? VEO_3_1_LITE : VEO_3_1;
}
