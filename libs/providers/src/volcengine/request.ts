import type { JsonObject, VideoCall, VideoImage } from '@tokenbay/protocol';
import {
  fieldName,
  imageUrl,
  needPrompt,
  type ParameterRules,
  readParameters,
  refuseFields,
  refuseValue,
} from '../video-fields.js';
import { chooseShape } from '../video-shape.js';
import type { VideoSubmission, VideoTerms } from '../video-wire.js';
import { type SeedanceRules, seedanceRules } from './models.js';

/** Commands that models up to Seedance 1.5 obey wherever they stand in the prompt, and that make a video longer or larger. */
const COMMAND = /--(rs|resolution|dur|duration|frames|fps|framespersecond)(?![a-z])/i;

/** Further parameters by the provider's own names; those behind the first hold of tokens or seconds are not the client's to say. */
const PARAMETERS: ParameterRules = {
  known: {
    ...{ seed: 'integer', camera_fixed: 'flag', watermark: 'flag', generate_audio: 'flag' },
    safety_identifier: 'text',
  },
  priced: { service_tier: 'default', draft: 'false' },
};

/**
 * The body of a task. Parameters are fields, which Ark checks strictly, not commands behind the prompt, which it ignores where they are wrong.
 * The length is always said, so that what is held for is what is generated.
 */
export function writeArkSubmission(
  path: string,
  call: VideoCall,
  { upstreamModel, dropped }: VideoTerms,
): VideoSubmission {
  const rules = seedanceRules(upstreamModel);
  needPrompt(call, ['firstFrame', 'referenceImages']);
  assertNoCommand(call);
  refuseFields(call, dropped, ['negativePrompt']);
  assertPictures(call, rules);
  const { seconds, size, resolution, aspectRatio } = chooseShape(call, rules);
  const json: JsonObject = {
    ...readParameters(call, PARAMETERS, dropped),
    model: upstreamModel,
    content: writeContent(call),
    ...(resolution !== undefined && { resolution }),
    ...(aspectRatio !== undefined && { ratio: aspectRatio }),
    duration: seconds,
  };
  return { request: { method: 'POST', path, body: { kind: 'json', json } }, seconds, size };
}

/** What is held for is said in fields. */
function assertNoCommand(call: VideoCall): void {
  const command = COMMAND.exec(call.prompt ?? '')?.[0];
  if (command !== undefined) refuseValue(call, 'prompt', `must not hold ${command}: say it in seconds or size.`);
}

/** First frame, first and last frame, and references are three kinds of tasks that Ark does not mix. */
function assertPictures(call: VideoCall, { referenceImagesMax }: SeedanceRules): void {
  const { firstFrame, lastFrame, referenceImages } = call;
  if (lastFrame && !firstFrame) refuseValue(call, 'lastFrame', `needs ${fieldName(call, 'firstFrame')} beside it.`);
  if (referenceImages.length > 0 && (firstFrame || lastFrame))
    refuseValue(call, 'referenceImages', 'cannot be combined with a first or last frame for this model.');
  if (referenceImages.length > referenceImagesMax)
    refuseValue(
      call,
      'referenceImages',
      referenceImagesMax === 0
        ? 'is not offered by this model.'
        : `can be ${referenceImagesMax} at most for this model.`,
    );
}

function writeContent(call: VideoCall): JsonObject[] {
  const { prompt, firstFrame, lastFrame, referenceImages } = call;
  return [
    ...(prompt === undefined ? [] : [{ type: 'text', text: prompt }]),
    ...(firstFrame ? [picture('first_frame', firstFrame)] : []),
    ...(lastFrame ? [picture('last_frame', lastFrame)] : []),
    ...referenceImages.map((image) => picture('reference_image', image)),
  ];
}

function picture(role: string, image: VideoImage): JsonObject {
  return { type: 'image_url', image_url: { url: imageUrl(image) }, role };
}
