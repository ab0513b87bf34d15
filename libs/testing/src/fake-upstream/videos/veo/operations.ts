import { deliver } from '../../deliver.js';
import { type Exchange, jsonAnswer } from '../../exchange.js';
import type { Protocol, ProviderError } from '../../protocol.js';
import { errorAnswer, substituteAnswer } from '../../substitute-answer.js';
import { answerPoll } from '../answer-poll.js';
import { checkFields, type Fields, flag, integer, list, object, oneOf, text } from '../check-fields.js';
import { serveContent } from '../content.js';
import { type FakeTask, findTask, openTask, type TaskStage } from '../tasks.js';
import { VEO_ERROR_FORM } from './errors.js';

const MODEL = /^\/v1beta\/models\/([^/?]+?):predictLongRunning(?:\?|$)/;
const OPERATION = /^\/v1beta\/models\/[^/?]+\/operations\/([^/?]+)(?:\?|$)/;
const FILE = /^\/v1beta\/files\/([^/?]+):download\?alt=media$/;
const SEED_MAX = 4_294_967_295;

const REQUEST: Fields = { instances: list, parameters: object };
const INSTANCE: Fields = { prompt: text, image: object, lastFrame: object, referenceImages: list, video: object };
const IMAGE: Fields = { bytesBase64Encoded: text, mimeType: oneOf('image/png', 'image/jpeg', 'image/webp') };
/** Every documented parameter (guide and library read in November 2026). */
const PARAMETERS: Fields = {
  durationSeconds: oneOf(4, 5, 6, 7, 8),
  aspectRatio: oneOf('16:9', '9:16'),
  resolution: oneOf('720p', '1080p', '4k'),
  personGeneration: oneOf('allow_all', 'allow_adult', 'dont_allow'),
  sampleCount: integer(1, 4),
  seed: integer(0, SEED_MAX),
  ...{ negativePrompt: text, enhancePrompt: flag },
};

/** Veo's long-running operations, and the files that they end in. */
export const VEO_OPERATIONS: Protocol = {
  routes: [
    { method: 'POST', path: MODEL, handle: submit },
    { method: 'GET', path: OPERATION, handle: poll },
    { method: 'GET', path: FILE, handle: download },
  ],
  errors: VEO_ERROR_FORM,
  modelOf: (path) => decodeURIComponent(MODEL.exec(path)?.[1] ?? ''),
  authenticate: ({ headers }) => (headers['x-goog-api-key'] ? null : VEO_ERROR_FORM.byCode('PERMISSION_DENIED')),
};

function submit(exchange: Exchange): Promise<void> {
  const refusal = validate(exchange.body);
  if (refusal) return deliver(exchange, errorAnswer(refusal, VEO_ERROR_FORM));
  const substitute = substituteAnswer(exchange.behaviour, VEO_ERROR_FORM);
  if (substitute) return deliver(exchange, substitute);
  const task = openTask(exchange, '', decodeURIComponent(MODEL.exec(exchange.entry.path)?.[1] ?? ''));
  return deliver(exchange, jsonAnswer(200, JSON.stringify({ name: nameOf(task) })));
}

function poll(exchange: Exchange): Promise<void> {
  const task = findTask(OPERATION.exec(exchange.entry.path)?.[1] ?? '');
  return task ? answerPoll(exchange, task, { view, errors: VEO_ERROR_FORM }) : refuse(exchange);
}

function download(exchange: Exchange): Promise<void> {
  const task = findTask(FILE.exec(exchange.entry.path)?.[1] ?? '');
  return task?.stage === 'completed' ? serveContent(exchange, task) : refuse(exchange);
}

function refuse(exchange: Exchange): Promise<void> {
  return deliver(exchange, errorAnswer(VEO_ERROR_FORM.byCode('NOT_FOUND'), VEO_ERROR_FORM));
}

function view(task: FakeTask, stage: TaskStage, { request }: Exchange): object {
  const name = nameOf(task);
  if (stage === 'queued' || stage === 'running') return { name, metadata: { state: task.behaviour.get('task-state') } };
  if (stage !== 'completed' && stage !== 'policy')
    return {
      name,
      done: true,
      error: { code: stage === 'invalid' ? 3 : 13, message: `Video generation failed: ${stage}.` },
    };
  const uri =
    task.behaviour.get('result-url') ?? `http://${request.headers.host}/v1beta/files/${task.id}:download?alt=media`;
  const made = task.behaviour.has('empty-result') ? {} : { generatedSamples: [{ video: { uri } }] };
  const kept = {
    raiMediaFilteredCount: 1,
    raiMediaFilteredReasons: ["Sorry, we can't create videos with real people's names or likenesses."],
  };
  return { name, done: true, response: { generateVideoResponse: stage === 'policy' ? kept : made } };
}

/** Names hold no `@`; what stands behind it is how the fake behaves. */
function nameOf({ id, model }: FakeTask): string {
  return `models/${model.replace(/[^A-Za-z0-9._-].*$/, '')}/operations/${id}`;
}

function validate(body: Record<string, unknown>): ProviderError | null {
  const { instances, parameters = {} } = body as { instances?: Record<string, unknown>[]; parameters?: object };
  const shape = checkFields(body, REQUEST);
  if (shape || instances?.length !== 1) return invalid('instances', shape?.problem ?? 'must be one');
  const [instance = {}] = instances;
  const {
    image,
    lastFrame,
    referenceImages = [],
  } = instance as Record<string, Record<string, unknown>> & {
    referenceImages?: { image?: Record<string, unknown> }[];
  };
  const images = [image, lastFrame, ...referenceImages.map((reference) => reference.image)].filter((found) => !!found);
  const wrong = [
    checkFields(instance, INSTANCE),
    checkFields(parameters as Record<string, unknown>, PARAMETERS),
    ...images.map((found) => checkFields(found, IMAGE)),
  ].find((problem) => problem !== null);
  if (wrong) return invalid(wrong.name, wrong.problem);
  return instance['prompt'] === undefined && !image ? invalid('prompt', 'must not be empty') : null;
}

function invalid(name: string, problem: string): ProviderError {
  return { ...VEO_ERROR_FORM.byCode('INVALID_ARGUMENT'), message: `Invalid value at '${name}': ${problem}.` };
}
