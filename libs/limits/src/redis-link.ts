import { describeError, type Logger } from '@tokenbay/platform';
import { Redis } from 'ioredis';

/** A command that takes longer is not waited for. */
const ANSWER_MS_MAX = 50;
const PROBE_MS = 250;
/** So many probes in a row must be answered in time before Redis is relied on again. */
const PROBES_NEEDED = 4;
const RECONNECT_MS_MAX = 500;
const CONNECT_MS_MAX = 1_000;

interface Waiting {
  readonly untilMs: number;
  readonly giveUp: () => void;
}

/**
 * One connection to Redis, relied on only while it answers within 50 ms. The first command that is late or fails ends that for all that
 * wait, and none is sent any more until probes have been answered for a second: a dead Redis costs its first requests 50 ms, and no other.
 */
export class RedisLink {
  private readonly redis: Redis;
  private readonly waiting = new Set<Waiting>();
  private timer: NodeJS.Timeout | undefined;
  private readonly prober: NodeJS.Timeout;
  private isReliable = false;
  private isProbing = false;
  private goodProbes = 0;

  constructor(
    url: string,
    private readonly logger: Logger,
    private readonly answerMsMax = ANSWER_MS_MAX,
  ) {
    this.redis = new Redis(url, {
      enableOfflineQueue: false,
      enableAutoPipelining: true,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      connectTimeout: CONNECT_MS_MAX,
      retryStrategy: (times) => Math.min(50 * times, RECONNECT_MS_MAX),
      reconnectOnError: () => false,
      lazyConnect: true,
    });
    this.redis.on('error', () => undefined);
    this.redis.on('close', () => this.lose(new Error('the connection is closed')));
    this.prober = setInterval(() => void this.probe(), PROBE_MS).unref();
  }

  /** True while answers are to be relied on. */
  get isUp(): boolean {
    return this.isReliable;
  }

  /** Connects and, where Redis answers at once, relies on it from the start. Resolves soon in any case. */
  async start(): Promise<void> {
    const isAnswering = await this.redis.connect().then(
      () => this.answersInTime(),
      () => false,
    );
    if (isAnswering) this.rely();
    else this.logger.warn('Redis does not answer: rates are counted on this machine alone until it does');
  }

  /** Gives a command that a script is run by; to be called once for each script before anything is run. */
  define(name: string, lua: string, numberOfKeys: number): void {
    this.redis.defineCommand(name, { lua, numberOfKeys });
  }

  /** Runs a defined command. Resolves to undefined where Redis is not relied on or becomes so while it is waited for. */
  run(name: string, args: readonly (string | number)[]): Promise<unknown> {
    if (!this.isReliable) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const waiting = { untilMs: performance.now() + this.answerMsMax, giveUp: () => resolve(undefined) };
      this.waiting.add(waiting);
      this.timer ??= setTimeout(() => this.expire(), this.answerMsMax).unref();
      this.send(name, args).then(
        (answer) => {
          this.waiting.delete(waiting);
          resolve(answer);
        },
        (error: unknown) => this.lose(error),
      );
    });
  }

  /** Closes the connection; whoever waits is answered with undefined. */
  stop(): void {
    clearInterval(this.prober);
    clearTimeout(this.timer);
    this.isReliable = false;
    this.giveUp();
    this.redis.disconnect();
  }

  private send(name: string, args: readonly (string | number)[]): Promise<unknown> {
    const commands = this.redis as unknown as Record<
      string,
      (...all: readonly (string | number)[]) => Promise<unknown>
    >;
    return commands[name]!(...args);
  }

  /** One timer for all that wait: they are answered in order, and the first of them is the oldest. */
  private expire(): void {
    this.timer = undefined;
    const oldest = this.oldest();
    if (!oldest) return;
    const leftMs = oldest.untilMs - performance.now();
    if (leftMs > 0) this.timer = setTimeout(() => this.expire(), leftMs).unref();
    // What came while this process was busy is read first: then it was we who were late.
    else setImmediate(() => this.judge(oldest));
  }

  private judge(oldest: Waiting): void {
    if (this.waiting.has(oldest)) this.lose(new Error(`no answer within ${this.answerMsMax} ms`));
    else this.expire();
  }

  private oldest(): Waiting | undefined {
    for (const waiting of this.waiting) return waiting;
    return undefined;
  }

  private lose(cause: unknown): void {
    if (this.isReliable)
      this.logger.warn({ cause: describeError(cause) }, 'Redis is lost: rates are counted on this machine alone');
    this.isReliable = false;
    this.goodProbes = 0;
    this.giveUp();
  }

  private giveUp(): void {
    const all = [...this.waiting];
    this.waiting.clear();
    for (const { giveUp } of all) giveUp();
  }

  private async probe(): Promise<void> {
    if (this.isReliable || this.isProbing) return;
    this.isProbing = true;
    const isGood = this.redis.status === 'ready' && (await this.answersInTime());
    this.isProbing = false;
    this.goodProbes = isGood ? this.goodProbes + 1 : 0;
    if (this.goodProbes >= PROBES_NEEDED) this.rely();
  }

  /** Resolves when the answer is there, late or not: while one probe is unanswered no other is sent. */
  private async answersInTime(): Promise<boolean> {
    const sentAtMs = performance.now();
    const isAnswered = await this.redis.ping().then(
      () => true,
      () => false,
    );
    return isAnswered && performance.now() - sentAtMs <= this.answerMsMax;
  }

  private rely(): void {
    this.isReliable = true;
    this.goodProbes = 0;
    this.logger.info('Redis answers: rates are shared with every gateway on it');
  }
}
