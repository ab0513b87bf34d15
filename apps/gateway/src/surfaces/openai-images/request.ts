import type { JsonObject, ProviderAdapter } from '@tokenbay/providers';
import type { Call, CountedMedia, DeliveredMedia } from '../../relay/call.js';
import { CountedText } from '../../relay/count-tokens.js';
import { MediaExchange } from '../../relay/exchange/media-exchange.js';
import { needWire } from '../../relay/exchange/whole-exchange.js';
import { invalid, needText, readFlag, readServiceTier, readWhole } from '../body-reader.js';
import type { RequestFields } from '../form-body.js';
import { assertPublicField } from '../public-media.js';
import { OPENAI_KEEP_ALIVE, renderOpenAiStreamError } from '../openai-stream.js';
import { INPUT_TOKENS_PER_IMAGE_MAX, tokensOfImage } from './image-tokens.js';
import { PictureTiers } from './picture-tiers.js';
import { refuseUnread } from './refuse-unread.js';

const IMAGES_MAX = 10;
/** Understands a body of `POST /v1/images/generations`. Throws `invalid_request` naming the field. */
export function readGenerationCall(body: JsonObject, bodyBytes: number): Call {
  return readImageCall({
    ...{ fields: body, body, textBytes: bodyBytes, inputImages: 0 },
    capability: 'image_generation',
    wireOf: (adapter) => needWire(adapter, 'imageGeneration'),
  });
}

/** What making and changing pictures have in common. */
export interface ImageRequest {
  /** With the values of a form read as what they stand for. */
  readonly fields: JsonObject;
  readonly body: JsonObject | NonNullable<RequestFields['form']>;
  /** Of everything but pictures: no token is shorter than a byte. */
  readonly textBytes: number;
  /** How many pictures are read. */
  readonly inputImages: number;
  readonly capability: 'image_generation' | 'image_editing';
  readonly wireOf: (adapter: ProviderAdapter) => NonNullable<ProviderAdapter['imageEditing']>;
}

/** The call that an image request is: priced by the picture, by the tokens that are reported, or both, as the model has prices. */
export function readImageCall(request: ImageRequest): Call {
  const { fields, body, capability, inputImages } = request;
  const model = needText(fields['model'], 'model');
  refuseUnread(fields);
  for (const [name, value] of Object.entries(fields)) if (name !== 'prompt') assertPublicField(value, name);
  const prompt = needText(fields['prompt'], 'prompt');
  if (prompt === '') throw invalid('prompt', 'must not be empty');
  const choices = readWhole(fields['n'], { min: 1, max: IMAGES_MAX }, 'n') ?? 1;
  const isStream = readFlag(fields['stream'], 'stream') ?? false;
  const tokens = tokensOfImage(fields);
  const consumes = [...CONSUMED, ...(inputImages > 0 ? IMAGE_INPUT : [])];
  const serviceTier = readServiceTier(fields['service_tier']);
  const counts = { tokensPerImage: tokens.usual, inputImages };
  return {
    ...{ dialect: 'openai', capability, model, body: fields, isStream, wantsUsage: false, choices },
    inputTokensMax: request.textBytes + inputImages * INPUT_TOKENS_PER_IMAGE_MAX,
    outputTokensMax: tokens.max,
    // Nothing lowers what a picture takes.
    outputTokensFloor: tokens.max,
    priceKinds: consumes,
    excludedKinds: ['audioInputPerMillion', 'audioOutputPerMillion', ...(inputImages > 0 ? [] : IMAGE_INPUT)],
    ...{ hostedTools: [], serviceTier, keepAlive: OPENAI_KEEP_ALIVE },
    readInputText: () => prompt,
    media: {
      piecesMax: { images: choices },
      consumes,
      soldBy: ['perImage', 'perRequest'],
      tiers: new PictureTiers(fields, serviceTier),
      count: (delivered) => count(prompt, counts, delivered),
    },
    openExchange: ({ adapter, upstreamModel, textCharactersMax }) =>
      new MediaExchange({
        ...{ body, upstreamModel, isStream, choices, textCharactersMax },
        wire: request.wireOf(adapter),
        renderFailure: renderOpenAiStreamError,
      }),
  };
}

const CONSUMED = ['inputPerMillion', 'imageOutputPerMillion'] as const;
const IMAGE_INPUT = ['imageInputPerMillion'] as const;

interface ImageCounts {
  readonly tokensPerImage: number;
  readonly inputImages: number;
}

async function count(prompt: string, counts: ImageCounts, { pieces }: DeliveredMedia): Promise<CountedMedia> {
  const images = pieces.images ?? 0;
  const inputTokens = await CountedText.of(prompt).countTokens();
  const imageInputTokens = counts.inputImages * counts.tokensPerImage;
  return {
    pieces: { images },
    tokens: {
      inputTokens,
      ...(imageInputTokens > 0 && { imageInputTokens }),
      imageOutputTokens: images * counts.tokensPerImage,
    },
  };
}
