import type { VideoCall, VideoImage } from '@tokenbay/protocol';
import { fieldName, isSet, needPrompt, refuseFields, refuseValue } from '../video-fields.js';
import type { SizeTable } from '../video-shape.js';
import type { VideoFormPart, VideoSubmission, VideoTerms } from '../video-wire.js';
import type { OpenAiDialect } from './endpoint.js';
import { refusePricedParameters } from './video-priced.js';

/** The documented default, sent so that what is held for is what is generated. */
const SECONDS_DEFAULT = 4;
const RESOLUTION_DEFAULT = '720p';
/** The documented default is upright. */
const ASPECT_RATIO_DEFAULT = '9:16';
const SIZES: SizeTable = {
  '720p': { '16:9': '1280x720', '9:16': '720x1280' },
  '1080p': { '16:9': '1920x1080', '9:16': '1080x1920' },
};

/**
 * The form of `POST /videos`. Length and size go as they came: the provider judges them. OpenAI knows no other fields; whoever else speaks
 * its format gets the rest under the names that clients use, but for what could change the price.
 */
export function writeVideoSubmission(call: VideoCall, terms: VideoTerms, dialect: OpenAiDialect): VideoSubmission {
  const seconds = call.seconds ?? SECONDS_DEFAULT;
  const parts: VideoFormPart[] = [{ name: 'model', value: terms.upstreamModel }];
  if (call.prompt !== undefined) parts.push({ name: 'prompt', value: call.prompt });
  parts.push({ name: 'seconds', value: String(seconds) });
  const size = dialect.knowsOpenAiFields ? chooseSize(call) : ownSize(call);
  if (size !== undefined) parts.push({ name: 'size', value: size });
  if (call.firstFrame) parts.push(imagePart('input_reference', 'input_reference[image_url]', call.firstFrame));
  if (dialect.knowsOpenAiFields) assertPlain(call, terms);
  else parts.push(...extraParts(call));
  return { request: { method: 'POST', path: '/videos', body: { kind: 'multipart', parts } }, seconds, size };
}

function assertPlain(call: VideoCall, { dropped }: VideoTerms): void {
  needPrompt(call, []);
  refuseFields(call, dropped, ['lastFrame', 'referenceImages', 'negativePrompt']);
  for (const name of Object.keys(call.metadata)) dropped.drop(`metadata.${name}`);
}

/** Resolution and ratio as the size that they mean. */
function chooseSize(call: VideoCall): string | undefined {
  const { resolution, aspectRatio } = call;
  if (resolution === undefined && aspectRatio === undefined) return ownSize(call);
  const ratios = SIZES[resolution ?? RESOLUTION_DEFAULT];
  if (!ratios)
    return refuseValue(call, 'resolution', `must be one of ${Object.keys(SIZES).join(', ')} for this model.`);
  const size = ratios[aspectRatio ?? ASPECT_RATIO_DEFAULT];
  if (size === undefined)
    return refuseValue(call, 'aspectRatio', `must be one of ${Object.keys(ratios).join(', ')} for this model.`);
  if (isSet(call, 'size') && ownSize(call) !== size)
    return refuseValue(
      call,
      'size',
      `contradicts ${fieldName(call, resolution === undefined ? 'aspectRatio' : 'resolution')}.`,
    );
  return size;
}

function ownSize({ size }: VideoCall): string | undefined {
  return size && `${size.width}x${size.height}`;
}

function extraParts(call: VideoCall): VideoFormPart[] {
  const parts: VideoFormPart[] = [];
  const add = (name: string, value: string | undefined) => value !== undefined && parts.push({ name, value });
  add('resolution', call.resolution);
  add('aspect_ratio', call.aspectRatio);
  add('negative_prompt', call.negativePrompt);
  if (call.lastFrame) parts.push(imagePart('last_frame_image', 'last_frame_image', call.lastFrame));
  for (const image of call.referenceImages) parts.push(imagePart('reference_images[]', 'reference_images[]', image));
  refusePricedParameters(call.metadata);
  for (const [name, value] of Object.entries(call.metadata))
    add(`metadata[${name}]`, typeof value === 'string' ? value : JSON.stringify(value));
  return parts;
}

function imagePart(fileField: string, urlField: string, image: VideoImage): VideoFormPart {
  if (image.kind === 'url') return { name: urlField, value: image.url };
  const [, extension = 'bin'] = /^image\/([a-z0-9]+)/.exec(image.mediaType) ?? [];
  return { name: fileField, fileName: `image.${extension}`, mediaType: image.mediaType, bytes: image.bytes };
}
