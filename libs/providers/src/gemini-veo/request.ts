import type { DroppedFields, JsonObject, VideoCall, VideoField, VideoImage } from '@tokenbay/protocol';
import { encodeBase64 } from '../encode-base64.js';
import {
  fieldName,
  needPrompt,
  type ParameterRules,
  readParameters,
  refuseFields,
  refuseValue,
} from '../video-fields.js';
import { chooseShape, type VideoShape } from '../video-shape.js';
import type { VideoSubmission, VideoTerms } from '../video-wire.js';
import { type VeoRules, veoRules } from './models.js';

const REFERENCE_IMAGES_MAX = 3;
const SECONDS_FULL = 8;
/** Further parameters by the provider's own names. One video is generated for each task. */
const PARAMETERS: ParameterRules = {
  known: { personGeneration: ['allow_all', 'allow_adult', 'dont_allow'], enhancePrompt: 'flag', seed: 'integer' },
  priced: { sampleCount: '1', numberOfVideos: '1' },
};

/** The body of `models/{model}:predictLongRunning`. The length is always said, so that what is held for is what is generated. */
export function writeVeoSubmission(call: VideoCall, { upstreamModel, dropped }: VideoTerms): VideoSubmission {
  const rules = veoRules(upstreamModel);
  needPrompt(call, ['firstFrame']);
  const shape = chooseShape(call, rules);
  assertCombination(call, rules, shape);
  const parameters: JsonObject = {
    durationSeconds: shape.seconds,
    ...(shape.aspectRatio !== undefined && { aspectRatio: shape.aspectRatio }),
    ...(shape.resolution !== undefined && { resolution: shape.resolution }),
    ...(call.negativePrompt !== undefined && { negativePrompt: call.negativePrompt }),
    ...readParameters(call, PARAMETERS, dropped),
  };
  const json = { instances: [writeInstance(call, rules, dropped)], parameters };
  const path = `/models/${encodeURIComponent(upstreamModel)}:predictLongRunning`;
  return { request: { method: 'POST', path, body: { kind: 'json', json } }, seconds: shape.seconds, size: shape.size };
}

function writeInstance(call: VideoCall, rules: VeoRules, dropped: DroppedFields): JsonObject {
  if (!rules.takesReferences) refuseFields(call, dropped, ['referenceImages']);
  if (!rules.takesLastFrame) refuseFields(call, dropped, ['lastFrame']);
  if (call.lastFrame && !call.firstFrame)
    refuseValue(call, 'lastFrame', `needs ${fieldName(call, 'firstFrame')} beside it.`);
  const write = (field: VideoField, image: VideoImage) => writeImage(fieldName(call, field), image, dropped);
  return {
    ...(call.prompt !== undefined && { prompt: call.prompt }),
    ...(call.firstFrame && { image: write('firstFrame', call.firstFrame) }),
    ...(call.lastFrame && { lastFrame: write('lastFrame', call.lastFrame) }),
    ...(call.referenceImages.length > 0 && {
      referenceImages: call.referenceImages.map((image) => ({
        image: write('referenceImages', image),
        referenceType: 'asset',
      })),
    }),
  };
}

function assertCombination(call: VideoCall, rules: VeoRules, { resolution, seconds }: VideoShape): void {
  const { referenceImages } = call;
  if (referenceImages.length > REFERENCE_IMAGES_MAX)
    refuseValue(call, 'referenceImages', `can be ${REFERENCE_IMAGES_MAX} at most for this model.`);
  if (referenceImages.length > 0 && (call.firstFrame || call.lastFrame))
    refuseValue(call, 'referenceImages', 'cannot be combined with a first or last frame for this model.');
  if (seconds === SECONDS_FULL) return;
  if (referenceImages.length > 0) refuseValue(call, 'seconds', 'must be 8 where reference images are given.');
  if (resolution !== undefined && rules.fullLengthOnly.includes(resolution))
    refuseValue(call, 'seconds', `must be 8 for ${resolution}.`);
}

/** The provider takes bytes only. */
function writeImage(name: string, image: VideoImage, dropped: DroppedFields): JsonObject {
  if (image.kind === 'url') return dropped.refuse(name);
  return { bytesBase64Encoded: encodeBase64(image.bytes), mimeType: image.mediaType };
}
