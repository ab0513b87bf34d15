import type { SizeTable, VideoRules } from '../video-shape.js';

/** How a family of models takes its input. */
export interface WanRules extends VideoRules {
  /**
   * `media`: a list of pictures with their roles, resolution and ratio (HappyHorse, Wan from 2.7 on) · `text`: a size in pixels · `frame`: one
   * picture and a resolution · `frames`: two pictures, an endpoint of its own · `references`: addresses of pictures and a size.
   */
  readonly form: 'media' | 'text' | 'frame' | 'frames' | 'references';
  /** What pictures it must have, and what else it can have. */
  readonly needs?: 'firstFrame' | 'referenceImages';
  readonly takes: readonly ('firstFrame' | 'lastFrame' | 'referenceImages')[];
  readonly referenceImagesMax: number;
  /** False where the ratio is that of the picture. */
  readonly takesRatio: boolean;
  readonly takesNegativePrompt: boolean;
}

const SIZES: SizeTable = {
  '480p': { '16:9': '832x480', '9:16': '480x832', '1:1': '624x624' },
  '720p': { '16:9': '1280x720', '9:16': '720x1280', '1:1': '960x960', '4:3': '1088x832', '3:4': '832x1088' },
  '1080p': { '16:9': '1920x1080', '9:16': '1080x1920', '1:1': '1440x1440', '4:3': '1632x1248', '3:4': '1248x1632' },
};
const RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4'];
const HD = ['720p', '1080p'];
const TEXT = { takes: [], referenceImagesMax: 0, takesRatio: true } as const;
const FRAME = { needs: 'firstFrame', takes: ['firstFrame'], referenceImagesMax: 0, takesRatio: false } as const;
const REFERENCES = {
  needs: 'referenceImages',
  takes: ['referenceImages'],
  referenceImagesMax: 9,
  takesRatio: true,
} as const;
const HAPPYHORSE = {
  form: 'media',
  seconds: { min: 3, max: 15 },
  secondsDefault: 5,
  takesNegativePrompt: false,
  sizes: SIZES,
  resolutions: HD,
  aspectRatios: [...RATIOS, '4:5', '5:4', '9:21', '21:9'],
} as const;
const WAN = { secondsDefault: 5, takesNegativePrompt: true, sizes: SIZES, aspectRatios: RATIOS } as const;
const WAN_2_7 = { ...WAN, form: 'media', seconds: { min: 2, max: 15 }, resolutions: HD } as const;
const WAN_2_6 = { ...WAN, seconds: { min: 2, max: 15 }, resolutions: HD } as const;
const WAN_2_5 = { ...WAN, seconds: [5, 10], resolutions: ['480p', ...HD] } as const;
const WAN_EARLIER = { ...WAN, seconds: [5], resolutions: ['480p', ...HD] } as const;

const FAMILIES: readonly (readonly [RegExp, WanRules])[] = [
  [/^happyhorse-.*-t2v/, { ...HAPPYHORSE, ...TEXT }],
  [/^happyhorse-.*-i2v/, { ...HAPPYHORSE, ...FRAME }],
  [/^happyhorse-.*-r2v/, { ...HAPPYHORSE, ...REFERENCES }],
  [/^wan2\.7-t2v/, { ...WAN_2_7, ...TEXT }],
  [/^wan2\.7-i2v/, { ...WAN_2_7, ...FRAME, takes: ['firstFrame', 'lastFrame'] }],
  [
    /^wan2\.7-r2v/,
    { ...WAN_2_7, ...REFERENCES, takes: ['firstFrame', 'referenceImages'], seconds: { min: 2, max: 10 } },
  ],
  [/^wan2\.6-t2v/, { ...WAN_2_6, ...TEXT, form: 'text' }],
  [/^wan2\.6-i2v/, { ...WAN_2_6, ...FRAME, form: 'frame' }],
  [
    /^wan2\.6-r2v/,
    { ...WAN_2_6, ...REFERENCES, form: 'references', seconds: { min: 2, max: 10 }, referenceImagesMax: 5 },
  ],
  [/^wan2\.5-t2v/, { ...WAN_2_5, ...TEXT, form: 'text' }],
  [/^wan2\.5-i2v/, { ...WAN_2_5, ...FRAME, form: 'frame' }],
  [/^wanx?2\.[12]-kf2v/, { ...WAN_EARLIER, ...FRAME, form: 'frames', takes: ['firstFrame', 'lastFrame'] }],
  [/^wanx?2\.[12]-t2v/, { ...WAN_EARLIER, ...TEXT, form: 'text' }],
  [/^wanx2\.1-i2v-turbo|^wan2\.1-i2v-turbo/, { ...WAN_EARLIER, ...FRAME, form: 'frame', seconds: [3, 4, 5] }],
  [/^wanx?2\.[12]-i2v/, { ...WAN_EARLIER, ...FRAME, form: 'frame' }],
];
/** Wan 3.0, one model for every kind of input, and whatever comes after it: the provider judges what is not in here. */
const NEWEST: WanRules = {
  ...{ form: 'media', seconds: { min: 2, max: 30 }, secondsDefault: 5, sizes: SIZES },
  ...{ takes: ['firstFrame', 'lastFrame', 'referenceImages'], referenceImagesMax: 10 },
  ...{ takesRatio: true, takesNegativePrompt: true },
};

/** The rules of a model by its name. */
export function wanRules(model: string): WanRules {
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1] ?? NEWEST;
}
