import { deliver } from '../../deliver.js';
import { type Exchange, jsonAnswer } from '../../exchange.js';
import type { Protocol, ProviderError } from '../../protocol.js';
import { errorAnswer, substituteAnswer } from '../../substitute-answer.js';
import { answerPoll } from '../answer-poll.js';
import { checkFields, type Fields, flag, integer, list, object, oneOf, picture, text } from '../check-fields.js';
import { type FakeTask, findTask, openTask, type TaskStage } from '../tasks.js';
import { DASHSCOPE_ERROR_FORM } from './errors.js';

const TASK = /^\/api\/v1\/tasks\/([^/?]+)(?:\?|$)/;
const CANCEL = /^\/api\/v1\/tasks\/([^/?]+)\/cancel(?:\?|$)/;
const SEED_MAX = 2_147_483_647;
const STATES: Readonly<Record<string, string>> = {
  ...{ queued: 'PENDING', running: 'RUNNING', completed: 'SUCCEEDED', cancelled: 'CANCELED', expired: 'UNKNOWN' },
};

const REQUEST: Fields = { model: text, input: object, parameters: object };
/** Every documented field of Wan's and HappyHorse's requests (references read in November 2026). */
const INPUT: Fields = {
  ...{ prompt: text, negative_prompt: text, img_url: picture, first_frame_url: picture, last_frame_url: picture },
  ...{ reference_urls: list, media: list, audio_url: text, template: text },
};
const MEDIA: Fields = { type: oneOf('first_frame', 'last_frame', 'reference_image', 'video'), url: picture };
const PARAMETERS: Fields = {
  resolution: oneOf('480P', '720P', '1080P'),
  ratio: oneOf('16:9', '9:16', '1:1', '4:3', '3:4', '4:5', '5:4', '9:21', '21:9', 'adaptive'),
  size: (value) => (/^\d{3,4}\*\d{3,4}$/.test(String(value)) ? null : 'must be like 1280*720'),
  duration: integer(2, 30),
  seed: integer(0, SEED_MAX),
  ...{ prompt_extend: flag, watermark: flag, audio: flag, shot_type: oneOf('single', 'multi') },
};

/** Tasks of Alibaba's Model Studio. */
export const DASHSCOPE_TASKS: Protocol = {
  routes: [
    {
      method: 'POST',
      path: /^\/api\/v1\/services\/aigc\/(?:video-generation|image2video)\/video-synthesis(?:\?|$)/,
      handle: submit,
    },
    { method: 'GET', path: TASK, handle: poll },
    { method: 'POST', path: CANCEL, handle: cancel },
  ],
  errors: DASHSCOPE_ERROR_FORM,
  authenticate: ({ headers: { authorization } }) =>
    /^Bearer \S+$/.test(authorization ?? '') ? null : DASHSCOPE_ERROR_FORM.byCode('InvalidApiKey'),
};

function submit(exchange: Exchange): Promise<void> {
  const refusal = validate(exchange);
  if (refusal) return deliver(exchange, errorAnswer(refusal, DASHSCOPE_ERROR_FORM));
  const substitute = substituteAnswer(exchange.behaviour, DASHSCOPE_ERROR_FORM);
  if (substitute) return deliver(exchange, substitute);
  const { id } = openTask(exchange, '', String(exchange.body['model']));
  const output = { task_status: 'PENDING', task_id: id };
  return deliver(exchange, jsonAnswer(200, JSON.stringify({ output, request_id: '4909100c-fakecanary' })));
}

/** A task that is not there has a state, too. */
function poll(exchange: Exchange): Promise<void> {
  const id = TASK.exec(exchange.entry.path)?.[1] ?? '';
  const task = findTask(id);
  if (task) return answerPoll(exchange, task, { view, errors: DASHSCOPE_ERROR_FORM });
  const output = { task_id: id, task_status: 'UNKNOWN' };
  return deliver(exchange, jsonAnswer(200, JSON.stringify({ request_id: 'a4de7c32-fakecanary', output })));
}

function cancel(exchange: Exchange): Promise<void> {
  const task = findTask(CANCEL.exec(exchange.entry.path)?.[1] ?? '');
  if (task?.cancel()) return deliver(exchange, jsonAnswer(200, '{"request_id":"45ac7f13-fakecanary"}'));
  return deliver(exchange, errorAnswer(DASHSCOPE_ERROR_FORM.byCode('UnsupportedOperation'), DASHSCOPE_ERROR_FORM));
}

function view(task: FakeTask, stage: TaskStage, exchange: Exchange): object {
  const isRunning = stage === 'queued' || stage === 'running';
  const state = (isRunning ? task.behaviour.get('task-state') : undefined) ?? STATES[stage] ?? 'FAILED';
  const output = { task_id: task.id, task_status: state, submit_time: '2026-11-20 17:55:17.075' };
  if (stage !== 'completed') return { request_id: 'r', output: { ...output, ...failureOf(state, stage) } };
  const { duration = 5, ratio = '16:9' } = (task.body['parameters'] ?? {}) as Record<string, unknown>;
  const usage = { duration, input_video_duration: 0, output_video_duration: duration, video_count: 1, SR: 720, ratio };
  return {
    request_id: 'r',
    output: { ...output, ...(!task.behaviour.has('empty-result') && { video_url: task.tellUrl(exchange) }) },
    ...(!task.behaviour.has('no-usage') && { usage }),
  };
}

function failureOf(state: string, stage: TaskStage): object {
  if (state !== 'FAILED') return {};
  if (stage === 'policy')
    return { code: 'DataInspectionFailed', message: 'Output data may contain inappropriate content.' };
  if (stage === 'invalid') return { code: 'InvalidParameter', message: 'The image cannot be read.' };
  return { code: 'InternalError', message: 'An internal error has occurred at worker-7.internal:9000.' };
}

function validate({ body, request }: Exchange): ProviderError | null {
  if (request.headers['x-dashscope-async'] !== 'enable') return DASHSCOPE_ERROR_FORM.byCode('AccessDenied');
  for (const name of ['model', 'input']) if (body[name] === undefined) return invalid(name, 'is missing');
  const { input, parameters = {} } = body as Record<string, Record<string, unknown>>;
  const shape = checkFields(body, REQUEST);
  if (shape) return invalid(shape.name, shape.problem);
  const media = (input?.['media'] ?? []) as Record<string, unknown>[];
  const wrong = [
    checkFields(input ?? {}, INPUT),
    checkFields(parameters, PARAMETERS),
    ...media.map((item) => checkFields(item, MEDIA)),
  ].find((problem) => problem !== null);
  return wrong ? invalid(wrong.name, wrong.problem) : null;
}

function invalid(name: string, problem: string): ProviderError {
  return { ...DASHSCOPE_ERROR_FORM.byCode('InvalidParameter'), message: `${name}: ${problem}.` };
}
