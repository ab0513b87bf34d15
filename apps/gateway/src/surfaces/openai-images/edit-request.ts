import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import type { Call } from '../../relay/call.js';
import { needWire } from '../../relay/exchange/whole-exchange.js';
import type { MultipartForm } from '../../relay/multipart/multipart-form.js';
import { fromForm, invalid, needObject, needText, readObjects } from '../body-reader.js';
import { assertFileFields, type RequestFields } from '../form-body.js';
import { readMediaUrl } from '../media-source.js';
import { readImageCall } from './request.js';

const INPUT_IMAGES_MAX = 16;
/** What of a form is a number or a flag. */
const VALUES = ['n', 'partial_images', 'output_compression', 'frame_count', 'frame_duration_ms', 'stream'];
/** What lies over the first picture: where to change it, or how. */
const OVERLAYS = ['mask', 'markup'];
const FILE_FIELDS = new Set(['image', ...OVERLAYS]);

/**
 * Understands a body of `POST /v1/images/edits`: a form with its pictures, or JSON that says where they are. Throws `invalid_request` naming
 * the field, and `not_implemented` for pictures that are kept upstream.
 */
export function readEditCall({ fields, form }: RequestFields, bodyBytes: number): Call {
  const inputImages = form ? countFiles(form) : countReferences(fields);
  const fileBytes = form?.files.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0;
  return readImageCall({
    fields: form ? readValues(fields) : fields,
    body: form ?? fields,
    ...{ textBytes: bodyBytes - fileBytes, inputImages, capability: 'image_editing' },
    wireOf: (adapter) => needWire(adapter, 'imageEditing'),
  });
}

function readValues(fields: JsonObject): JsonObject {
  const values = { ...fields };
  for (const name of VALUES) if (name in values) values[name] = fromForm(values[name]);
  return values;
}

/** Pictures of a form, and what lies over them. */
function countFiles(form: MultipartForm): number {
  assertFileFields(form.files, FILE_FIELDS);
  const images = form.filesOf('image').length;
  if (images === 0) throw invalid('image', 'is required, as a file');
  if (images > INPUT_IMAGES_MAX) throw invalid('image', `must be at most ${INPUT_IMAGES_MAX} files`);
  return images + OVERLAYS.reduce((sum, name) => sum + form.filesOf(name).length, 0);
}

/** Pictures that JSON refers to, and what lies over them. */
function countReferences(body: JsonObject): number {
  const images = readObjects(body['images'], 'images');
  if (images.length === 0) throw invalid('images', 'is required, as a list of image_url objects');
  if (images.length > INPUT_IMAGES_MAX) throw invalid('images', `must hold at most ${INPUT_IMAGES_MAX} images`);
  images.forEach((image, index) => assertReference(image, `images[${index}]`));
  const overlays = OVERLAYS.filter((name) => body[name] !== undefined && body[name] !== null);
  for (const name of overlays) assertReference(needObject(body[name], name), name);
  return images.length + overlays.length;
}

function assertReference(image: JsonObject, param: string): void {
  if (image['file_id'] !== undefined && image['file_id'] !== null) {
    const message = `${param}.file_id: files kept at a provider are not offered.`;
    throw new DomainError('not_implemented', 'file_id', { param: `${param}.file_id`, message });
  }
  const url = needText(image['image_url'], `${param}.image_url`);
  readMediaUrl(url, `${param}.image_url`);
}
