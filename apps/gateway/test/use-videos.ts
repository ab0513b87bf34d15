import OpenAI from 'openai';
import {
  GatewayClient,
  startSystem,
  type HttpAnswer,
  type System,
  type SystemOptions,
  type World,
  type WorldOptions,
} from '@tokenbay/testing';
import { FakeVideoProvider } from './fake-video-provider.js';

/** A video as a client sees it. */
export interface Video {
  readonly id: string;
  readonly status: string;
  readonly progress: number;
  readonly error: { code: string; message: string } | null;
}

const MODEL = { capabilities: ['video'], prices: { perSecond: '0.5' } };
/** What a video of 4 seconds costs in points. */
export const COST = '2';

/** The whole product with a provider of videos, for all tests of a file. Afterwards the books must agree. */
export class VideoHouse {
  readonly provider = new FakeVideoProvider();
  private started: System | undefined;

  get system(): System {
    if (!this.started) throw new Error('the system is used before it has started');
    return this.started;
  }

  async start(options: SystemOptions): Promise<void> {
    await this.provider.start();
    this.started = await startSystem(options);
  }

  async stop(): Promise<void> {
    await this.started?.stop();
    await this.provider.stop();
  }

  /** An account with a model that sells videos, and a channel to the provider. */
  world({ channel, model, ...options }: WorldOptions = {}): Promise<World> {
    return this.system.world({
      ...{ upstreamModel: 'sora-2', model: { ...MODEL, ...model } },
      channel: { baseUrl: this.provider.baseUrl, ...channel },
      ...options,
    });
  }

  client({ apiKey }: World, url = this.system.gatewayUrl): OpenAI {
    return new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
  }

  /** A request as it is. */
  ask({ apiKey }: Pick<World, 'apiKey'>, method: string, path: string, more: AskOptions = {}): Promise<HttpAnswer> {
    const { body, headers = {}, url = this.system.gatewayUrl } = more;
    const client = new GatewayClient(url);
    if (body !== undefined) return client.post(path, apiKey, body, headers);
    return client.request(path, apiKey, { method, headers });
  }

  submit(world: World, prompt: string, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.ask(world, 'POST', '/v1/videos', { body: { model: world.modelName, prompt }, headers });
  }

  /** A video that was taken by the provider. */
  async submitted(world: World, prompt: string): Promise<string> {
    const answer = await this.submit(world, prompt);
    if (answer.status !== 200) throw new Error(`submission answered ${answer.status}: ${answer.text}`);
    return (answer.body as Video).id;
  }

  async get(world: World, id: string): Promise<Video> {
    return (await this.ask(world, 'GET', `/v1/videos/${id}`)).body as Video;
  }

  /** Resolves when a video is over. */
  async over(world: World, id: string): Promise<Video> {
    for (let tries = 0; tries < 400; tries += 1) {
      const video = await this.get(world, id);
      if (video.status === 'completed' || video.status === 'failed') return video;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`video ${id} is not over in 40 seconds\n${this.system.logs()}`);
  }

  async pointsOf({ account }: World): Promise<{ available: string; held: string }> {
    const { availablePoints, heldPoints } = await this.system.admin.get<World['account']>(`/accounts/${account.id}`);
    return { available: availablePoints, held: heldPoints };
  }
}

interface AskOptions {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly url?: string;
}

/** Starts the product and the provider before a file's tests. */
export function useVideos(options: SystemOptions = {}): VideoHouse {
  const house = new VideoHouse();
  beforeAll(() => house.start(options), 60_000);
  afterAll(() => house.stop(), 60_000);
  return house;
}
