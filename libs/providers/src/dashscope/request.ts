import type { JsonObject, VideoCall, VideoField } from '@tokenbay/protocol';
import {
  imageUrl,
  isSet,
  fieldName,
  needPrompt,
  type ParameterRules,
  readParameters,
  refuseFields,
  refuseValue,
} from '../video-fields.js';
import { chooseShape, type VideoShape } from '../video-shape.js';
import type { VideoSubmission, VideoTerms } from '../video-wire.js';
import { type WanRules, wanRules } from './models.js';

const SYNTHESIS_PATH = '/services/aigc/video-generation/video-synthesis';
/** First and last frame have an endpoint of their own in the earlier models. */
const FRAMES_PATH = '/services/aigc/image2video/video-synthesis';
/** Without it the provider refuses: videos are not made while one waits. */
const ASYNC = { 'x-dashscope-async': 'enable' };
const PICTURES: readonly VideoField[] = ['firstFrame', 'lastFrame', 'referenceImages'];
/** Further parameters by the provider's own names. */
const PARAMETERS: ParameterRules = {
  known: {
    ...{ prompt_extend: 'flag', watermark: 'flag', seed: 'integer', audio: 'flag' },
    shot_type: ['single', 'multi'],
  },
  priced: {},
};
/** The earlier models with a size in pixels make this where the client says nothing else; later ones decide themselves. */
const RESOLUTION_DEFAULT = '720p';
const ASPECT_RATIO_DEFAULT = '16:9';

/** The body of a task, in the form that the model's family takes. The length is always said, so that what is held for is what is generated. */
export function writeDashscopeSubmission(call: VideoCall, { upstreamModel, dropped }: VideoTerms): VideoSubmission {
  const rules = wanRules(upstreamModel);
  assertPictures(call, rules);
  needPrompt(call, ['firstFrame']);
  if (!rules.takesNegativePrompt) refuseFields(call, dropped, ['negativePrompt']);
  if (!rules.takesRatio)
    for (const field of ['aspectRatio', 'size'] as const) if (isSet(call, field)) dropped.drop(fieldName(call, field));
  const shape = chooseShape(rules.takesRatio ? call : withoutRatio(call), rules);
  const json: JsonObject = {
    model: upstreamModel,
    input: {
      ...(call.prompt !== undefined && { prompt: call.prompt }),
      ...(call.negativePrompt !== undefined && { negative_prompt: call.negativePrompt }),
      ...writePictures(call, rules),
    },
    parameters: {
      ...readParameters(call, PARAMETERS, dropped),
      ...writePicture(call, shape, rules),
      duration: shape.seconds,
    },
  };
  const path = rules.form === 'frames' ? FRAMES_PATH : SYNTHESIS_PATH;
  const body = { kind: 'json', json } as const;
  return {
    request: { method: 'POST', path, headers: ASYNC, body },
    seconds: shape.seconds,
    size: rules.takesRatio ? shape.size : undefined,
  };
}

function assertPictures(call: VideoCall, rules: WanRules): void {
  for (const field of PICTURES)
    if (isSet(call, field) && !rules.takes.includes(field as 'firstFrame'))
      refuseValue(call, field, 'is not offered by this model.');
  if (rules.needs && !isSet(call, rules.needs)) refuseValue(call, rules.needs, 'is required by this model.');
  if (call.lastFrame && !call.firstFrame)
    refuseValue(call, 'lastFrame', `needs ${fieldName(call, 'firstFrame')} beside it.`);
  if (call.referenceImages.length > rules.referenceImagesMax)
    refuseValue(call, 'referenceImages', `can be ${rules.referenceImagesMax} at most for this model.`);
}

function writePictures({ firstFrame, lastFrame, referenceImages }: VideoCall, { form }: WanRules): JsonObject {
  if (form === 'references') return { reference_urls: referenceImages.map(imageUrl) };
  if (form === 'frame') return { ...(firstFrame && { img_url: imageUrl(firstFrame) }) };
  if (form === 'frames')
    return {
      ...(firstFrame && { first_frame_url: imageUrl(firstFrame) }),
      ...(lastFrame && { last_frame_url: imageUrl(lastFrame) }),
    };
  const media = [
    ...(firstFrame ? [{ type: 'first_frame', url: imageUrl(firstFrame) }] : []),
    ...(lastFrame ? [{ type: 'last_frame', url: imageUrl(lastFrame) }] : []),
    ...referenceImages.map((image) => ({ type: 'reference_image', url: imageUrl(image) })),
  ];
  return media.length > 0 ? { media } : {};
}

/** Resolution and ratio, or the size in pixels that they mean. */
function writePicture(call: VideoCall, { resolution, aspectRatio }: VideoShape, rules: WanRules): JsonObject {
  if (rules.form === 'text' || rules.form === 'references') {
    if (resolution === undefined && aspectRatio === undefined) return {};
    const ratios = rules.sizes[resolution ?? RESOLUTION_DEFAULT];
    const size = ratios?.[aspectRatio ?? ASPECT_RATIO_DEFAULT];
    if (size !== undefined) return { size: size.replace('x', '*') };
    return refuseValue(
      call,
      'aspectRatio',
      `must be one of ${Object.keys(ratios ?? {}).join(', ')} for this resolution.`,
    );
  }
  return {
    ...(resolution !== undefined && { resolution: resolution.toUpperCase() }),
    ...(aspectRatio !== undefined && rules.takesRatio && { ratio: aspectRatio }),
  };
}

function withoutRatio(call: VideoCall): VideoCall {
  const { aspectRatio, ...rest } = call;
  return aspectRatio === undefined ? call : rest;
}
