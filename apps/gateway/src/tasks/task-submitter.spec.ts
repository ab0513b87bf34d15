import { type Channel, type ChannelCatalog, ChannelHealth } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import { CompiledPrices, type Model } from '@tokenbay/models';
import type { VideoCall } from '@tokenbay/protocol';
import type { TaskDraft, TasksService } from '@tokenbay/tasks';
import type { RequestMetrics } from '../health/request-metrics.js';
import type { Caller } from '../relay/caller.js';
import type { PictureFetcher } from './picture-fetcher.js';
import type { TaskCall } from './task-call.js';
import { TaskPlaces } from './task-places.js';
import { TaskSubmitter } from './task-submitter.js';
import type { VideoUpstream } from './video-upstream.js';

const PNG = { kind: 'bytes', mediaType: 'image/png', bytes: Buffer.of(1) } as const;
const AWAY = new DomainError('ledger_unavailable', 'away');
const CALLER = {
  ...{ key: { id: '1', hasBudget: false }, account: { id: '2' }, group: { name: 'default', priceMultiplier: '1' } },
} as unknown as Caller;
const MODEL = { name: 'film', priceVersion: 1, prices: new CompiledPrices({ perSecond: '0.5' }) } as unknown as Model;

function channelOf(provider: string): Channel {
  return {
    ...{ id: '7', provider, priority: 0, weight: 1, concurrencyMax: 1, baseUrl: 'https://api.example.com' },
    models: new Map([['film', provider === 'gemini' ? 'veo-3.1-generate-preview' : 'sora-2']]),
    keys: [{ id: '8', weight: 1, enabled: true, secret: () => 'sk-obviously-invented' }],
    timeLimits: { plain: { connectTimeoutMs: 1, totalTimeoutMs: 1 } },
  } as unknown as Channel;
}

/** A submitter of whose neighbours only the choice of channels is real. */
class Desk {
  readonly submitted: string[] = [];
  brought = 0;
  freed = 0;
  readonly uncollected: number[] = [];
  tasks: Partial<TasksService> = {
    accept: async () => null,
    withdraw: async () => true,
    submit: async () => true,
    failSubmission: async () => true,
  };
  private readonly channel: Channel;

  constructor(provider = 'openai') {
    this.channel = channelOf(provider);
  }

  /** The code that a submission is answered with. */
  async submit(fields: Partial<VideoCall> = {}, untilGone = new AbortController().signal): Promise<string> {
    const video = { prompt: 'A cat', referenceImages: [], metadata: {}, spelling: {}, ...fields };
    const call = { model: 'film', video, idempotencyKey: null, isRepeated: false } as unknown as TaskCall;
    const { submitter } = this;
    const submission = submitter.price({ requestId: 'one', call, caller: CALLER, model: MODEL });
    return submitter.submit(submission, untilGone).then(
      () => 'taken',
      ({ code }: DomainError) => code,
    );
  }

  readonly health = new ChannelHealth();
  private get submitter(): TaskSubmitter {
    const catalog = { serving: () => [this.channel] } as unknown as ChannelCatalog;
    const pictures = {
      bring: async (video: VideoCall, untilGone: AbortSignal) => {
        this.brought += 1;
        if (untilGone.aborted) throw new DomainError('upstream_timeout', 'abandoned');
        return { video: { ...video, firstFrame: PNG }, free: () => (this.freed += 1) };
      },
    };
    const upstream = {
      ask: async ({ path }: { path: string }) => {
        this.submitted.push(path);
        return { status: 502, body: '<html>' };
      },
    };
    const metrics = {
      countAttempt: () => undefined,
      countCharge: (_: number, uncollected: number) => this.uncollected.push(uncollected),
    };
    return new TaskSubmitter(
      this.tasks as TasksService,
      new TaskPlaces(catalog, this.health),
      pictures as unknown as PictureFetcher,
      upstream as unknown as VideoUpstream,
      metrics as unknown as RequestMetrics,
    );
  }
}

describe('a submission', () => {
  it.each<[string, () => Promise<boolean>]>([
    ['cannot be asked for', () => Promise.reject(AWAY)],
    ['is given up meanwhile', async () => false],
  ])('that %s takes no place from the next', async (_, submit) => {
    const desk = new Desk();
    const read = () => Promise.reject(AWAY);
    Object.assign(desk.tasks, { submit, read: async () => ({}), failSubmission: read });
    const first = await desk.submit();
    expect(await desk.submit()).toBe(first);
    expect(first).not.toBe('channel_unavailable');
    expect(desk.submitted).toEqual([]);
  });

  it('is undone for as long as it takes where nobody knows whether the books have it, and never where they refuse it', async () => {
    const desk = new Desk();
    let tries = 0;
    const undone = new Promise<string>((done) => {
      desk.tasks.withdraw = async (id) => {
        tries += 1;
        if (tries < 3) throw AWAY;
        done(id);
        return true;
      };
    });
    desk.tasks.accept = () => Promise.reject(new DomainError('account_point_insufficient'));
    expect(await desk.submit()).toBe('account_point_insufficient');
    expect(tries).toBe(0);
    desk.tasks.accept = () => Promise.reject(AWAY);
    expect(await desk.submit()).toBe('ledger_unavailable');
    expect(await undone).toBe('one');
    expect([tries, desk.submitted]).toEqual([3, []]);
  });

  it('that may run although its answer is none counts what was held as nobody’s', async () => {
    const desk = new Desk();
    const drafts: TaskDraft[] = [];
    desk.tasks.accept = async (draft) => {
      drafts.push(draft);
      return null;
    };
    expect(await desk.submit({ seconds: 4 })).toBe('upstream_failed');
    expect(desk.uncollected).toEqual([drafts[0]?.heldMicropoints]);
    expect(drafts).toMatchObject([{ heldMicropoints: 2_000_000 }]);
  });

  it('has its pictures brought for who takes bytes only, and frees them however it ends', async () => {
    const desk = new Desk('gemini');
    const firstFrame = { kind: 'url', url: 'https://example.com/a.png' } as const;
    expect(await desk.submit({ firstFrame })).toBe('upstream_failed');
    expect(await desk.submit({ firstFrame, seconds: 5 })).toBe('invalid_request');
    expect([desk.submitted.length, desk.brought, desk.freed]).toEqual([1, 1, 1]);
  });

  it('whose client leaves while its pictures are brought is withdrawn before anybody is called', async () => {
    const desk = new Desk('gemini');
    const withdrawn: string[] = [];
    desk.tasks.withdraw = async (id) => withdrawn.push(id) > 0;
    const firstFrame = { kind: 'url', url: 'https://example.com/a.png' } as const;
    expect(await desk.submit({ firstFrame }, AbortSignal.abort())).toBe('upstream_timeout');
    expect([withdrawn, desk.submitted, desk.uncollected]).toEqual([['one'], [], []]);
  });
});
