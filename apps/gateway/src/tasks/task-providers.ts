import { Injectable } from '@nestjs/common';
import { ChannelCatalog } from '@tokenbay/channels';
import {
  findAdapter,
  type ProviderAdapter,
  type VideoHandle,
  type VideoProgress,
  type VideoWire,
} from '@tokenbay/providers';
import { type Task, TasksService } from '@tokenbay/tasks';
import { VideoUpstream } from './video-upstream.js';

/** A task that its provider can be asked about. */
export interface KnownTask {
  readonly task: Task;
  readonly adapter: ProviderAdapter;
  readonly wire: VideoWire;
  readonly baseUrl: string;
  readonly secret: string;
  readonly handle: VideoHandle;
}

const LIMITS = { connectTimeoutMs: 5_000, firstByteTimeoutMs: 20_000, idleTimeoutMs: 20_000, totalTimeoutMs: 30_000 };
/** Longer than a provider that is asked, and asked once more with another key, can take. */
export const ASK_MS_MAX = 2 * (LIMITS.connectTimeoutMs + LIMITS.totalTimeoutMs);

/** The way back to where a task runs: with the address and the secret it was submitted with, whatever became of its channel. */
@Injectable()
export class TaskProviders {
  constructor(
    private readonly tasks: TasksService,
    private readonly channels: ChannelCatalog,
    private readonly upstream: VideoUpstream,
  ) {}

  /** Null where its secret is gone, or this build does not know its provider. Throws `channel_key_unavailable` where the secret does not open. */
  know(task: Task): KnownTask | null {
    const { provider, baseUrl, upstreamId, upstreamModel } = task;
    const adapter = provider === null ? undefined : findAdapter(provider);
    const secret = this.tasks.openSecret(task);
    if (!adapter?.video || baseUrl === null || upstreamId === null || upstreamModel === null || secret === null)
      return null;
    return { task, adapter, wire: adapter.video, baseUrl, secret, handle: { upstreamId, upstreamModel } };
  }

  /** The same with the key's present secret, where that was changed since; null where it was not, or the key is gone or sealed otherwise. */
  async knowAnew(
    task: Task,
    { baseUrl, secret }: { readonly baseUrl: string | null; readonly secret?: string },
  ): Promise<KnownTask | null> {
    const { provider, channelId, keyId, upstreamId, upstreamModel } = task;
    const channel = channelId === null ? undefined : await this.channels.read(channelId);
    const key = channel?.keys.find(({ id }) => id === keyId);
    const adapter = channel?.provider === provider ? findAdapter(channel?.provider ?? '') : undefined;
    if (!key || !adapter?.video || channel?.baseUrl !== baseUrl || upstreamId === null || upstreamModel === null)
      return null;
    const present = key.secret();
    if (present === secret) return null;
    const handle = { upstreamId, upstreamModel };
    return { task, adapter, wire: adapter.video, baseUrl: channel.baseUrl, secret: present, handle };
  }

  /** How the task is. A key that is refused is tried once more as it is now. Rejects with UpstreamError where there was no answer. */
  async ask(known: KnownTask): Promise<{ status: number; progress: VideoProgress }> {
    const first = await this.askWith(known);
    if (first.progress.state !== 'unknown' || first.progress.failure.kind !== 'key') return first;
    const anew = await this.knowAnew(known.task, known);
    return anew ? this.askWith(anew) : first;
  }

  private async askWith({ adapter, wire, baseUrl, secret, handle }: KnownTask) {
    const { status, body } = await this.upstream.ask(wire.pollRequest(handle), {
      adapter,
      baseUrl,
      secret,
      limits: LIMITS,
    });
    return { status, progress: wire.readPoll(status, body, handle) };
  }
}
