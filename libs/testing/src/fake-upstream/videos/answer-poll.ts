import { deliver } from '../deliver.js';
import { type Answer, type Exchange, jsonAnswer } from '../exchange.js';
import type { ErrorForm } from '../protocol.js';
import { errorAnswer, substituteAnswer } from '../substitute-answer.js';
import type { FakeTask, TaskStage } from './tasks.js';

const PAGE = '<!doctype html><html><head><title>502 Bad Gateway</title></head><body>upstream</body></html>';

/** What a provider answers about a task, in its own form. */
export type TaskView = (task: FakeTask, stage: TaskStage, exchange: Exchange) => object;

/**
 * Answers one poll: what the key's behaviour orders, the nonsense that the task's does, or the truth. `other` is the truth about another task.
 */
export function answerPoll(
  exchange: Exchange,
  task: FakeTask,
  provider: { view: TaskView; errors: ErrorForm },
): Promise<void> {
  const { view, errors } = provider;
  const stage = task.advance();
  exchange.entry.answerId = task.id;
  const ordered = substituteAnswer(exchange.behaviour, errors);
  const odd = ordered ?? oddAnswer(task.oddity, errors);
  if (odd) return deliver(exchange, odd);
  const truth = JSON.stringify(view(task, stage, exchange));
  return deliver(
    exchange,
    jsonAnswer(200, task.oddity === 'other' ? truth.replaceAll(task.id, `${task.id}other`) : truth),
  );
}

function oddAnswer(kind: string | undefined, errors: ErrorForm): Answer | undefined {
  if (kind === undefined || kind === 'other') return undefined;
  if (kind === 'html') return { ...jsonAnswer(502, PAGE), headers: { 'content-type': 'text/html' } };
  if (kind === 'empty') return jsonAnswer(200, '{}');
  if (/^\d{3}$/.test(kind)) return errorAnswer(errors.byStatus(Number(kind)), errors);
  throw new Error(`unknown oddity of a poll: ${kind}`);
}
