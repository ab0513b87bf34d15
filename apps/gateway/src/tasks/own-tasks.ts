import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { type Task, TasksService } from '@tokenbay/tasks';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../relay/caller.js';
import { DownloadSeats } from '../relay/download-seats.js';
import { ContentProxy, type ContentSource } from './content-proxy.js';
import { type KnownTask, TaskProviders } from './task-providers.js';

/** What an account may see of its own tasks, and nobody else. */
@Injectable()
export class OwnTasks {
  constructor(
    private readonly tasks: TasksService,
    private readonly providers: TaskProviders,
    private readonly proxy: ContentProxy,
    private readonly seats: DownloadSeats,
  ) {}

  /** One task, a failed one too. Throws `task_not_found` with 400 for any other. */
  async get(accountId: string, publicId: string): Promise<Task> {
    const task = await this.tasks.findOwn(accountId, publicId);
    if (!task) throw new DomainError('task_not_found');
    return task;
  }

  /**
   * Streams what a completed task has made. Throws `task_not_found` with 404, `invalid_request` for a task that has made nothing and a
   * variant that is not offered, `content_fetch_failed`, and the refusals of `DownloadSeats` where too many downloads run.
   */
  async streamContent(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { id } = request.params as { id: string };
    const { variant } = request.query as { variant?: unknown };
    const task = await this.tasks.findOwn(callerOf(request).account.id, id);
    if (!task) throw new DomainError('task_not_found', undefined, { status: 404 });
    assertDownloadable(task);
    if (variant !== undefined && variant !== 'video') {
      const message = 'variant must be video: nothing else is offered.';
      throw new DomainError('invalid_request', 'variant', { message, param: 'variant' });
    }
    await this.seats.run(task.accountId, async () => this.proxy.stream(await this.sourceOf(task), request, reply));
  }

  private async sourceOf(task: Task): Promise<ContentSource> {
    const { result } = task;
    const onExpired = (): Promise<ContentSource | null> => this.renew(task);
    if (result?.kind === 'url') return { url: result.url, onExpired };
    const known = await this.know(task);
    if (!known || !result)
      throw new DomainError('content_fetch_failed', 'no key of the provider', { shouldRetry: false });
    return { ...atProvider(known, result.path), onExpired };
  }

  /** Asks the provider once where the video is now. */
  private async renew(task: Task): Promise<ContentSource | null> {
    const known = await this.know(task);
    const progress = known && (await this.providers.ask(known)).progress;
    if (!known || progress?.state !== 'completed') return null;
    const { validSeconds, ...result } = progress.result;
    await this.tasks.renewResult(task.id, result, validSeconds === undefined ? null : validSeconds * 1_000);
    return result.kind === 'url' ? { url: result.url } : atProvider(known, result.path);
  }

  /** With the secret it was submitted with, or, once that was erased, with its key's own. */
  private async know(task: Task): Promise<KnownTask | null> {
    return this.providers.know(task) ?? this.providers.knowAnew(task, task);
  }
}

function assertDownloadable({ state }: Task): void {
  if (state === 'completed') return;
  const message =
    state === 'failed' ? 'The video has failed; there is nothing to download.' : 'The video is not finished.';
  throw new DomainError('invalid_request', state, { message });
}

/** An address that this gateway put together itself: its host is the channel's. */
function atProvider({ adapter, baseUrl, secret }: KnownTask, path: string): ContentSource {
  const credential = { origin: new URL(baseUrl).origin, headers: adapter.headers(secret) };
  return { url: baseUrl + path, credential, isChannelUrl: true };
}
