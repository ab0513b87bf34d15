import { startSystem, type ChatAnswer, type System, type SystemOptions, type World } from '@tokenbay/testing';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/** One started system for all tests of a file, and what its clients saw. */
class House {
  private started: System | undefined;
  private readonly complete: { requestId: string; points?: number }[] = [];
  private readonly free: string[] = [];

  get system(): System {
    if (!this.started) throw new Error('the system is used before it has started');
    return this.started;
  }

  async start(options: SystemOptions): Promise<void> {
    this.started = await startSystem(options);
  }

  /** One chat request of a world's key to its model. */
  async chat(world: World, fields: object = {}, headers: Record<string, string> = {}): Promise<ChatAnswer> {
    return this.saw(await this.system.gateway.chat(world.apiKey, world.modelName, fields, headers));
  }

  /** Notes an answer for the books: one that is complete is charged (so many micropoints, where known), any other is not. */
  saw<T extends ChatAnswer>(answer: T, points?: number): T {
    const { requestId, status, events, body } = answer;
    if (requestId === null) return answer;
    const isComplete = status === 200 && (body !== undefined || events.at(-1) === '[DONE]');
    if (isComplete) this.complete.push({ requestId, ...(points !== undefined && { points }) });
    else this.free.push(requestId);
    return answer;
  }

  /** What an account has, as decimal strings of points. */
  async pointsOf({ account }: World): Promise<{ available: string; held: string }> {
    const { availablePoints, heldPoints } = await this.system.admin.get<World['account']>(`/accounts/${account.id}`);
    return { available: availablePoints, held: heldPoints };
  }

  /** Stops everything; throws where the books do not agree with themselves or with what clients saw. */
  async close(): Promise<void> {
    if (!this.started) return;
    const { complete, free } = this;
    await this.started.stop({ complete, free });
    const { exitCode, output } = this.started.gatewayProcess;
    if (exitCode !== 0) throw new Error(`the gateway did not stop by itself:\n${output.slice(-4_096)}`);
  }
}

/** Starts a system before the file's tests; after them, the books must agree with what the clients saw. */
export function useSystem(options: SystemOptions = {}): House {
  const house = new House();
  beforeAll(() => house.start(options), START_TIMEOUT_MS);
  afterAll(() => house.close(), STOP_TIMEOUT_MS);
  return house;
}
