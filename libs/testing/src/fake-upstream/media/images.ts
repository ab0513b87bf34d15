import type { Behaviour } from '../behaviours.js';
import { deliver } from '../deliver.js';
import { type Answer, type Exchange, jsonAnswer, type Piece, type ReceivedFile } from '../exchange.js';
import { OPENAI_ERROR_FORM } from '../openai-chat/errors.js';
import type { ProviderError } from '../protocol.js';
import type { ReportedUsage } from '../request-log.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import { event, streamOf } from './events.js';
import { flag, fromForm, integer, list, oneOf, refuseFields, refusal, type Schema, size, text } from './fields.js';

/** A picture of one pixel. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const PROMPT_MAX = 32_000;
const INPUT_IMAGES_MAX = 16;

/** Reference read in November 2026. */
const COMMON = {
  model: text(128),
  prompt: text(PROMPT_MAX),
  background: oneOf('transparent', 'opaque', 'auto'),
  complexity: oneOf('low', 'medium', 'high'),
  frame_count: integer(2, 16),
  frame_duration_ms: integer(1, 655_350),
  moderation: oneOf('low', 'auto'),
  n: integer(1, 10),
  output_compression: integer(0, 100),
  output_format: oneOf('png', 'jpeg', 'webp', 'gif'),
  partial_images: integer(0, 3),
  quality: oneOf('standard', 'hd', 'low', 'medium', 'high', 'xhigh', 'max', 'auto'),
  response_format: oneOf('url', 'b64_json'),
  size,
  stream: flag,
  safety_identifier: text(512),
  user: text(512),
};
const isReference = (item: unknown): boolean => {
  const { image_url: url, file_id: file } = (item ?? {}) as Record<string, unknown>;
  return typeof url === 'string' ? /^(https?:|data:image\/)/.test(url) && file === undefined : typeof file === 'string';
};
const GENERATION: Schema = { fields: { ...COMMON, style: oneOf('vivid', 'natural') }, required: ['prompt'] };
const EDIT_FORM: Schema = { fields: { ...COMMON, input_fidelity: oneOf('high', 'low') }, required: ['prompt'] };
const EDIT_JSON: Schema = {
  fields: { ...EDIT_FORM.fields, images: list(isReference), mask: (mask) => (isReference(mask) ? null : 'no image') },
  required: ['prompt', 'images'],
};

/** `POST /v1/images/generations`. */
export function handleGeneration(exchange: Exchange): Promise<void> {
  return handle(exchange, {
    body: exchange.body,
    refusal: refuseFields(exchange.body, GENERATION) ?? refuseTogether(exchange.body),
    kind: 'generation',
    inputImages: 0,
  });
}

/** `POST /v1/images/edits`, with a form or with JSON. */
export function handleEdit(exchange: Exchange): Promise<void> {
  const { files } = exchange;
  const isForm = exchange.request.headers['content-type']?.startsWith('multipart/') === true;
  const body = isForm
    ? fromForm(exchange.body, [
        'n',
        'partial_images',
        'output_compression',
        'frame_count',
        'frame_duration_ms',
        'stream',
      ])
    : exchange.body;
  const wrong = isForm ? (refuseFields(body, EDIT_FORM) ?? refuseFiles(files)) : refuseFields(body, EDIT_JSON);
  const inputImages = isForm ? files.length : ((body['images'] as unknown[] | undefined)?.length ?? 0);
  return handle(exchange, { body, refusal: wrong ?? refuseTogether(body), kind: 'edit', inputImages });
}

interface Asked {
  readonly body: Record<string, unknown>;
  readonly refusal: ProviderError | null;
  readonly kind: 'generation' | 'edit';
  readonly inputImages: number;
}

function handle(exchange: Exchange, asked: Asked): Promise<void> {
  if (asked.refusal) return deliver(exchange, errorAnswer(asked.refusal, OPENAI_ERROR_FORM));
  const { behaviour } = exchange;
  const substitute = substituteAnswer(behaviour, OPENAI_ERROR_FORM);
  if (substitute) return deliver(exchange, substitute);
  return deliver(exchange, asked.body['stream'] === true ? streamed(asked, behaviour) : whole(asked, behaviour));
}

/** Older models take a picture for a URL and know nothing of tokens: their names begin with `dall-e`. */
function whole({ body, inputImages }: Asked, behaviour: Behaviour): Answer {
  const count = behaviour.number('images') ?? Number(body['n'] ?? 1);
  const isOld = String(body['model']).startsWith('dall-e');
  const isUrl = isOld && body['response_format'] !== 'b64_json';
  const image = isUrl ? { url: 'https://images.example/fake.png', revised_prompt: 'As asked.' } : { b64_json: PICTURE };
  const usage = isOld ? undefined : usageOf(behaviour, count, inputImages);
  const answer = {
    ...{ created: nowSeconds(), data: Array.from({ length: count }, () => image) },
    ...(!isOld && { background: 'opaque', output_format: body['output_format'] ?? 'png', ...madeOf(body, behaviour) }),
    ...(usage && { usage }),
  };
  return jsonAnswer(200, JSON.stringify(answer), usage);
}

function streamed({ body, kind, inputImages }: Asked, behaviour: Behaviour): Answer {
  const about = {
    ...{ created_at: nowSeconds(), background: 'opaque', output_format: 'png', ...madeOf(body, behaviour) },
    b64_json: PICTURE,
  };
  const pieces: Piece[] = [];
  for (let index = 0; index < Number(body['partial_images'] ?? 0); index++)
    pieces.push(event({ type: `image_${kind}.partial_image`, partial_image_index: index, ...about }));
  for (let image = 0; image < Number(body['n'] ?? 1); image++) {
    const usage = usageOf(behaviour, 1, inputImages);
    pieces.push(event({ type: `image_${kind}.completed`, ...about, ...(usage && { usage }) }, usage));
  }
  return streamOf(pieces, behaviour);
}

/** As asked; what is left to the model is small and low, or with `chooses:QUALITY:SIZE` that. */
function madeOf(body: Asked['body'], behaviour: Behaviour): { quality: unknown; size: unknown } {
  const [quality = 'low', size = '1024x1024'] = behaviour.get('chooses')?.split(':') ?? [];
  const asked = (name: string): unknown => (body[name] === 'auto' ? undefined : body[name]);
  return { quality: asked('quality') ?? quality, size: asked('size') ?? size };
}

/** `usage:TEXT:OUTPUT[:IMAGES]`, or some usual numbers; undefined with `no-usage`. */
function usageOf(behaviour: Behaviour, count: number, inputImages: number): ReportedUsage | undefined {
  if (behaviour.has('no-usage')) return undefined;
  const [text = 50, output = 272 * count, image = 323 * inputImages] = (behaviour.get('usage')?.split(':') ?? []).map(
    Number,
  );
  return {
    ...{ input_tokens: text + image, output_tokens: output, total_tokens: text + image + output },
    input_tokens_details: { text_tokens: text, image_tokens: image },
  };
}

function refuseTogether(body: Record<string, unknown>): ProviderError | null {
  if (body['partial_images'] != null && body['stream'] !== true)
    return refusal("'partial_images' is only allowed when 'stream' is enabled.", 'partial_images');
  if (body['frame_count'] != null && body['output_format'] !== 'gif')
    return refusal("'frame_count' is only allowed with output_format gif.", 'frame_count');
  if (body['model'] === 'dall-e-3' && Number(body['n'] ?? 1) !== 1) return refusal('n must be 1 for dall-e-3', 'n');
  return null;
}

function refuseFiles(files: readonly ReceivedFile[]): ProviderError | null {
  const images = files.filter(({ name }) => name === 'image' || name === 'image[]');
  const stray = files.find(({ name }) => !['image', 'image[]', 'mask', 'markup'].includes(name));
  if (stray) return refusal(`Unknown parameter: '${stray.name}'.`, stray.name);
  if (images.length === 0) return refusal("Missing required parameter: 'image'.", 'image');
  if (images.length > INPUT_IMAGES_MAX) return refusal('Too many images.', 'image');
  const odd = files.find(({ type }) => !['image/png', 'image/jpeg', 'image/webp'].includes(type));
  return odd ? refusal(`Invalid file '${odd.fileName}': unsupported mimetype ('${odd.type}').`, odd.name) : null;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
