import { deliver } from '../../deliver.js';
import { type Exchange, jsonAnswer } from '../../exchange.js';
import { errorByCode, OPENAI_ERROR_FORM } from '../../openai-chat/errors.js';
import { OPENAI } from '../../openai-chat/protocol.js';
import type { Protocol, ProviderError } from '../../protocol.js';
import { errorAnswer, substituteAnswer } from '../../substitute-answer.js';
import { answerPoll } from '../answer-poll.js';
import { serveContent } from '../content.js';
import { type FakeTask, findTask, openTask, type TaskStage } from '../tasks.js';

const VIDEO = /^\/v1\/videos\/([^/?]+)(?:\?|$)/;
const CONTENT = /^\/v1\/videos\/([^/?]+)\/content(?:\?|$)/;
const KNOWN = ['model', 'prompt', 'seconds', 'size', 'input_reference', 'input_reference[image_url]'];
const SIZES = ['720x1280', '1280x720', '1024x1792', '1792x1024', '1080x1920', '1920x1080'];
const LENGTHS = ['4', '8', '12'];
const KEPT_SECONDS = 86_400;

/** OpenAI's videos. What is named `sora…` takes what OpenAI documents; other models take what others of this format add. */
export const OPENAI_VIDEOS: Protocol = {
  ...OPENAI,
  routes: [
    { method: 'POST', path: /^\/v1\/videos(?:\?|$)/, handle: submit },
    { method: 'GET', path: VIDEO, handle: poll },
    { method: 'GET', path: CONTENT, handle: download },
  ],
};

function submit(exchange: Exchange): Promise<void> {
  const refusal = validate(exchange);
  if (refusal) return deliver(exchange, errorAnswer(refusal, OPENAI_ERROR_FORM));
  const substitute = substituteAnswer(exchange.behaviour, OPENAI_ERROR_FORM);
  if (substitute) return deliver(exchange, substitute);
  const task = openTask(exchange, 'video_', String(exchange.body['model']));
  return deliver(exchange, jsonAnswer(200, JSON.stringify(view(task, 'queued'))));
}

function poll(exchange: Exchange): Promise<void> {
  const task = findTask(VIDEO.exec(exchange.entry.path)?.[1] ?? '');
  return task
    ? answerPoll(exchange, task, { view, errors: OPENAI_ERROR_FORM })
    : deliver(exchange, errorAnswer(notFound(exchange), OPENAI_ERROR_FORM));
}

function download(exchange: Exchange): Promise<void> {
  const task = findTask(CONTENT.exec(exchange.entry.path)?.[1] ?? '');
  return task?.stage === 'completed'
    ? serveContent(exchange, task)
    : deliver(exchange, errorAnswer(notFound(exchange), OPENAI_ERROR_FORM));
}

function view(task: FakeTask, stage: TaskStage): object {
  const { body, behaviour, createdAtSeconds } = task;
  const isCompleted = stage === 'completed';
  const isRunning = stage === 'queued' || stage === 'running';
  const running = behaviour.get('task-state') ?? (stage === 'queued' ? 'queued' : 'in_progress');
  return {
    ...{ id: task.id, object: 'video', model: task.model, prompt: body['prompt'] ?? null, remixed_from_video_id: null },
    ...{ seconds: body['seconds'] ?? '4', size: body['size'] ?? '720x1280', created_at: createdAtSeconds },
    status: isRunning ? running : isCompleted ? 'completed' : 'failed',
    progress: isCompleted ? 100 : stage === 'queued' ? 0 : task.progress,
    completed_at: isCompleted ? createdAtSeconds + 1 : null,
    expires_at: isCompleted ? createdAtSeconds + 1 + KEPT_SECONDS : null,
    error: isRunning || isCompleted ? null : errorOf(stage),
  };
}

function errorOf(stage: TaskStage): object {
  if (stage === 'policy')
    return { code: 'moderation_blocked', message: 'Your request was blocked by our moderation system.' };
  return { code: 'server_error', message: 'The video could not be generated at worker-7.internal:9000.' };
}

function validate({ body, files }: Exchange): ProviderError | null {
  const { model, prompt, seconds, size } = body;
  if (typeof model !== 'string') return refusal('Missing required parameter: model.', 'model');
  if (!model.startsWith('sora')) return null;
  const unknown = [...Object.keys(body), ...files.map(({ name }) => name)].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) return refusal(`Unknown parameter: '${unknown}'.`, unknown);
  if (typeof prompt !== 'string' || prompt === '') return refusal('Missing required parameter: prompt.', 'prompt');
  if (seconds !== undefined && !LENGTHS.includes(seconds as string))
    return refusal(`Invalid value: '${String(seconds)}'. Supported values are: '4', '8', and '12'.`, 'seconds');
  if (size !== undefined && !SIZES.includes(size as string))
    return refusal(`Invalid value: '${String(size)}'. Supported values are: ${SIZES.join(', ')}.`, 'size');
  if (files.some(({ type }) => !/^image\/(jpeg|png|webp)$/.test(type)))
    return refusal('Invalid file type for input_reference.', 'input_reference');
  return null;
}

function notFound({ entry }: Exchange): ProviderError {
  const id = /^\/v1\/videos\/([^/?]+)/.exec(entry.path)?.[1] ?? '';
  return { status: 404, message: `Video with id '${id}' not found.`, type: 'invalid_request_error', code: null };
}

function refusal(message: string, param: string): ProviderError {
  return { ...errorByCode('invalid_value'), message, param };
}
