import type { SizeTable, VideoRules } from '../video-shape.js';

/** What a generation of Seedance offers, by Ark's reference. */
export interface SeedanceRules extends VideoRules {
  readonly referenceImagesMax: number;
}

const RATIOS = ['16:9', '4:3', '1:1', '3:4', '9:16', '21:9', 'adaptive'];
/** From Seedance 1.5 on; before, 480p and 1080p are a few pixels different. */
const SIZES: SizeTable = {
  '480p': {
    ...{ '16:9': '864x496', '4:3': '752x560', '1:1': '640x640' },
    ...{ '3:4': '560x752', '9:16': '496x864', '21:9': '992x432' },
  },
  '720p': {
    ...{ '16:9': '1280x720', '4:3': '1112x834', '1:1': '960x960' },
    ...{ '3:4': '834x1112', '9:16': '720x1280', '21:9': '1470x630' },
  },
  '1080p': {
    ...{ '16:9': '1920x1080', '4:3': '1664x1248', '1:1': '1440x1440' },
    ...{ '3:4': '1248x1664', '9:16': '1080x1920', '21:9': '2206x946' },
  },
  '4k': { '16:9': '3840x2160', '9:16': '2160x3840' },
};
const SIZES_1_0: SizeTable = {
  '480p': {
    ...{ '16:9': '864x480', '4:3': '736x544', '1:1': '640x640' },
    ...{ '3:4': '544x736', '9:16': '480x864', '21:9': '960x416' },
  },
  '720p': {
    ...{ '16:9': '1248x704', '4:3': '1120x832', '1:1': '960x960' },
    ...{ '3:4': '832x1120', '9:16': '704x1248', '21:9': '1504x640' },
  },
  '1080p': {
    ...{ '16:9': '1920x1088', '4:3': '1664x1248', '1:1': '1440x1440' },
    ...{ '3:4': '1248x1664', '9:16': '1088x1920', '21:9': '2176x928' },
  },
};
const SHARED = { secondsDefault: 5, aspectRatios: RATIOS };
const SD_TO_FULL_HD = ['480p', '720p', '1080p'];

const SEEDANCE_1_0: SeedanceRules = {
  ...SHARED,
  ...{ seconds: { min: 2, max: 12 }, resolutions: SD_TO_FULL_HD, sizes: SIZES_1_0, referenceImagesMax: 0 },
};
const SEEDANCE_1_5: SeedanceRules = {
  ...SHARED,
  ...{ seconds: { min: 4, max: 12 }, resolutions: SD_TO_FULL_HD, sizes: SIZES, referenceImagesMax: 0 },
};
const SEEDANCE_2_0: SeedanceRules = {
  ...SHARED,
  ...{ seconds: { min: 4, max: 15 }, resolutions: [...SD_TO_FULL_HD, '4k'], sizes: SIZES, referenceImagesMax: 9 },
};
const SEEDANCE_2_5: SeedanceRules = {
  ...SHARED,
  ...{ seconds: { min: 4, max: 30 }, resolutions: ['480p', '720p'], sizes: SIZES, referenceImagesMax: 30 },
};
/** An endpoint of one's own (`ep-…`) does not tell its model: Ark judges. */
const ANY: SeedanceRules = {
  ...{ seconds: { min: 2, max: 60 }, secondsDefault: 5, sizes: SIZES, referenceImagesMax: 30 },
};

/** The rules of a model by its name; `doubao-` and `dreamina-` name the same. */
export function seedanceRules(model: string): SeedanceRules {
  if (/seedance-2-5/.test(model)) return SEEDANCE_2_5;
  if (/seedance-2-0-fast/.test(model)) return { ...SEEDANCE_2_0, resolutions: ['480p', '720p'] };
  if (/seedance-2-0-mini/.test(model)) return { ...SEEDANCE_2_0, resolutions: SD_TO_FULL_HD };
  if (/seedance-2-0/.test(model)) return SEEDANCE_2_0;
  if (/seedance-1-5/.test(model)) return SEEDANCE_1_5;
  if (/seedance-1-0-lite-i2v/.test(model)) return { ...SEEDANCE_1_0, referenceImagesMax: 4 };
  return /seedance-1-0/.test(model) ? SEEDANCE_1_0 : ANY;
}
