import type { Behaviour } from '../behaviours.js';
import type { Exchange } from '../exchange.js';

/** How a task ends badly: the provider fails, its content policy or the request is to blame, or it is given up. */
type TaskFailure = 'server' | 'policy' | 'invalid' | 'cancelled' | 'expired';

/** Where a task is. */
export type TaskStage = 'queued' | 'running' | 'completed' | TaskFailure;

const FAILURES: readonly string[] = ['server', 'policy', 'invalid', 'cancelled', 'expired'];
const POLLS = 1;
const RESULT_BYTES = 65_536;

/** A task as a provider knows it: what was asked for is as it stands in the request, what becomes of it says its model's behaviour. */
export class FakeTask {
  readonly createdAtSeconds = Math.floor(Date.now() / 1000);
  private polls = 0;
  private urls = 0;
  private isCancelled = false;

  constructor(
    readonly id: string,
    readonly model: string,
    readonly body: Readonly<Record<string, unknown>>,
    readonly behaviour: Behaviour,
  ) {}

  /** Where the task is when asked once more; it takes `polls:N` (1) answers before it ends. */
  advance(): TaskStage {
    this.polls++;
    return this.stage;
  }

  /** Where the task is, without asking. */
  get stage(): TaskStage {
    if (this.isCancelled) return 'cancelled';
    const polls = this.behaviour.number('polls') ?? POLLS;
    if (this.polls <= polls) return this.polls <= 1 && polls > 1 ? 'queued' : 'running';
    const failure = this.behaviour.get('task-fails');
    if (failure === undefined) return 'completed';
    if (!FAILURES.includes(failure)) throw new Error(`unknown failure of a task: ${failure}`);
    return failure as TaskFailure;
  }

  /** The kind of nonsense that this poll is answered with, if any: the first N polls of `odd-polls:N:KIND`. */
  get oddity(): string | undefined {
    const [count = '0', kind = 'html'] = (this.behaviour.get('odd-polls') ?? '').split(':');
    return this.polls <= Number(count) ? kind : undefined;
  }

  /** Cancels what waits; false where it is too late. */
  cancel(): boolean {
    if (this.stage !== 'queued') return false;
    this.isCancelled = true;
    return true;
  }

  get progress(): number {
    return this.behaviour.number('progress') ?? Math.min(99, this.polls * 10);
  }

  get resultBytes(): number {
    return this.behaviour.number('result-bytes') ?? RESULT_BYTES;
  }

  /** A URL of the result: the one that was ordered, or a new one here, of which the first `expired-urls:N` are dead. */
  tellUrl({ request }: Exchange): string {
    const ordered = this.behaviour.get('result-url');
    if (ordered !== undefined) return ordered;
    return `http://${request.headers.host}/video-content/${this.id}/${++this.urls}.mp4?Expires=86400`;
  }

  /** Whether the URL with this number is dead. */
  isExpired(url: number): boolean {
    return url <= (this.behaviour.number('expired-urls') ?? 0);
  }
}

const ID_PREFIX = `${process.pid.toString(36)}${Date.now().toString(36)}`;
const tasks = new Map<string, FakeTask>();
let lastId = 0;

/** Takes a task on and notes its id in the log's line, whatever becomes of the answer: a second submission shows there. */
export function openTask(exchange: Exchange, prefix: string, model: string): FakeTask {
  const id = `${prefix}fake${ID_PREFIX}${(++lastId).toString(36).padStart(6, '0')}`;
  const task = new FakeTask(id, model, exchange.body, exchange.behaviour);
  tasks.set(id, task);
  exchange.entry.answerId = id;
  return task;
}

/** A task by its id, unless it is to be forgotten. */
export function findTask(id: string): FakeTask | undefined {
  const task = tasks.get(id);
  return task?.behaviour.has('task-gone') ? undefined : task;
}
