import { deliver } from '../../deliver.js';
import { type Exchange, jsonAnswer } from '../../exchange.js';
import type { Protocol, ProviderError } from '../../protocol.js';
import { errorAnswer, substituteAnswer } from '../../substitute-answer.js';
import { answerPoll } from '../answer-poll.js';
import { checkFields, type Fields, flag, integer, list, object, oneOf, picture, text } from '../check-fields.js';
import { type FakeTask, findTask, openTask, type TaskStage } from '../tasks.js';
import { ARK_ERROR_FORM } from './errors.js';

const TASK = /^\/api\/v3\/contents\/generations\/tasks\/([^/?]+)(?:\?|$)/;
const SEED_MAX = 4_294_967_295;
const FRAMES_PER_SECOND = 24;

/** Every documented field of a task (reference read in November 2026). */
const FIELDS: Fields = {
  model: text,
  content: list,
  ...{ callback_url: text, safety_identifier: text, service_tier: oneOf('default', 'flex') },
  ...{ return_last_frame: flag, generate_audio: flag, draft: flag, camera_fixed: flag, watermark: flag },
  execution_expires_after: integer(3_600, 259_200),
  priority: integer(0, 9),
  seed: integer(-1, SEED_MAX),
  resolution: oneOf('480p', '720p', '1080p', '4k'),
  ratio: oneOf('16:9', '4:3', '1:1', '3:4', '9:16', '21:9', 'adaptive'),
  duration: integer(-1, 30),
  frames: integer(29, 289),
  tools: list,
};
const ITEMS: Readonly<Record<string, Fields>> = {
  text: { type: text, text },
  image_url: { type: text, image_url: object, role: oneOf('first_frame', 'last_frame', 'reference_image') },
};
/** First frame alone, both frames, references: never mixed. */
const ROLES = /^(first_frame)?$|^first_frame,last_frame$|^reference_image(,reference_image){0,29}$/;

/** Ark's tasks of Seedance. */
export const ARK_TASKS: Protocol = {
  routes: [
    { method: 'POST', path: /^\/api\/v3\/contents\/generations\/tasks(?:\?|$)/, handle: submit },
    { method: 'GET', path: TASK, handle: poll },
    { method: 'DELETE', path: TASK, handle: cancel },
  ],
  errors: ARK_ERROR_FORM,
  authenticate: ({ headers: { authorization } }) =>
    /^Bearer \S+$/.test(authorization ?? '') ? null : ARK_ERROR_FORM.byCode('AuthenticationError'),
};

function submit(exchange: Exchange): Promise<void> {
  const refusal = validate(exchange.body);
  if (refusal) return deliver(exchange, errorAnswer(refusal, ARK_ERROR_FORM));
  const substitute = substituteAnswer(exchange.behaviour, ARK_ERROR_FORM);
  if (substitute) return deliver(exchange, substitute);
  const { id } = openTask(exchange, 'cgt-', String(exchange.body['model']));
  return deliver(exchange, jsonAnswer(200, JSON.stringify({ id })));
}

function poll(exchange: Exchange): Promise<void> {
  const task = findTask(TASK.exec(exchange.entry.path)?.[1] ?? '');
  return task ? answerPoll(exchange, task, { view, errors: ARK_ERROR_FORM }) : refuse(exchange, 'ResourceNotFound');
}

function cancel(exchange: Exchange): Promise<void> {
  const task = findTask(TASK.exec(exchange.entry.path)?.[1] ?? '');
  if (!task) return refuse(exchange, 'ResourceNotFound');
  return task.cancel() ? deliver(exchange, jsonAnswer(200, '{}')) : refuse(exchange, 'InvalidParameter');
}

function refuse(exchange: Exchange, code: string): Promise<void> {
  return deliver(exchange, errorAnswer(ARK_ERROR_FORM.byCode(code), ARK_ERROR_FORM));
}

function view(task: FakeTask, stage: TaskStage, exchange: Exchange): object {
  const seconds = Number(task.body['duration'] ?? 5);
  const tokens = seconds * FRAMES_PER_SECOND * 900;
  const head = {
    ...{ id: task.id, model: task.model, created_at: task.createdAtSeconds, updated_at: task.createdAtSeconds + 1 },
    service_tier: 'default',
  };
  if (stage === 'queued' || stage === 'running') return { ...head, status: task.behaviour.get('task-state') ?? stage };
  if (stage !== 'completed') return { ...head, ...failureOf(stage) };
  return {
    ...{ ...head, status: 'succeeded', duration: seconds, framespersecond: FRAMES_PER_SECOND },
    ...{ resolution: task.body['resolution'] ?? '720p', ratio: task.body['ratio'] ?? '16:9' },
    content: task.behaviour.has('empty-result') ? {} : { video_url: task.tellUrl(exchange) },
    ...(!task.behaviour.has('no-usage') && { usage: { completion_tokens: tokens, total_tokens: tokens } }),
  };
}

function failureOf(stage: TaskStage): object {
  if (stage === 'cancelled' || stage === 'expired') return { status: stage };
  const code =
    stage === 'policy'
      ? 'OutputVideoSensitiveContentDetected'
      : stage === 'invalid'
        ? 'InvalidParameter'
        : 'InternalServiceError';
  return { status: 'failed', error: { code, message: `The request failed: ${stage}. Request id: 0217fakecanary` } };
}

function validate(body: Record<string, unknown>): ProviderError | null {
  for (const name of ['model', 'content'])
    if (body[name] === undefined) return { ...ARK_ERROR_FORM.byCode('MissingParameter'), param: name };
  const wrong = checkFields(body, FIELDS) ?? checkContent(body['content'] as Record<string, unknown>[]);
  return wrong && invalid(wrong.name, wrong.problem);
}

function checkContent(content: readonly Record<string, unknown>[]): { name: string; problem: string } | null {
  for (const item of content) {
    const fields = ITEMS[String(item['type'])];
    const wrong = fields ? checkFields(item, fields) : { name: 'type', problem: 'is not supported' };
    if (wrong) return { name: `content.${wrong.name}`, problem: wrong.problem };
    const image = item['image_url'] as Record<string, unknown> | undefined;
    const problem = image && picture(image['url']);
    if (problem) return { name: 'content.image_url.url', problem };
  }
  const roles = content.filter(({ type }) => type === 'image_url').map(({ role }) => role);
  if (content.length === 0 || !ROLES.test(roles.join(',')))
    return { name: 'content', problem: 'is no such combination' };
  return null;
}

function invalid(param: string, problem: string): ProviderError {
  const message = `The parameter \`${param}\` specified in the request is not valid: ${problem}. Request id: 0217fakecanary`;
  return { ...ARK_ERROR_FORM.byCode('InvalidParameter'), message, param };
}
