import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Channel, ChannelCatalog, ChannelHealth, type ChannelKey, type ChannelTestTask } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import { ModelCatalog } from '@tokenbay/models';
import { GatewayJobs } from '@tokenbay/platform';
import { type CanonicalCall, DroppedFields } from '@tokenbay/protocol';
import {
  cleanMessage,
  findAdapter,
  parseObject,
  type ProviderAdapter,
  type TextWire,
  type UpstreamFailure,
} from '@tokenbay/providers';
import { readRetryAfter } from '../upstream/read-retry-after.js';
import { UpstreamClient } from '../upstream/upstream.client.js';
import { UpstreamError } from '../upstream/upstream-error.js';
import { throwUpstreamFailure, toAttemptFailure } from './attempt.js';
import { endVisit } from './end-visit.js';
import { explainConnect } from './explain-connect.js';

/** An administrator waits 15 s; what takes longer than this has failed the test. */
const TEST_MS = 12_000;
const ANSWER_BYTES_MAX = 1_048_576;
/** Enough for models that refuse a smaller limit. */
const OUTPUT_TOKENS_MAX = 16;
const QUESTION: CanonicalCall = {
  turns: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  tools: [],
  output: { choices: 1, modalities: ['text'], tokensMax: OUTPUT_TOKENS_MAX },
  ...{ sampling: {}, attribution: {}, caching: {}, safety: [] },
};

/** What a test of a channel found. */
interface ChannelTestResult {
  readonly ok: boolean;
  /** The model's public name; null where the channel has none to test. */
  readonly model: string | null;
  readonly keyId: string | null;
  readonly latencyMs: number | null;
  /** The upstream's HTTP status; null where it gave none. */
  readonly status: number | null;
  readonly reason: string | null;
  readonly message: string | null;
}

interface Trial {
  readonly channel: Channel;
  readonly key: ChannelKey;
  readonly model: string;
  readonly adapter: ProviderAdapter;
  readonly wire: TextWire;
}

/** What one answer of the upstream says of the channel. */
interface Verdict {
  readonly status: number | null;
  readonly reason: string | null;
  readonly message: string | null;
}

/** Sends one tiny request over a channel for an administrator, at the platform's cost. What it finds, the channel's health learns. */
@Injectable()
export class ChannelTester implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: GatewayJobs,
    private readonly catalog: ChannelCatalog,
    private readonly models: ModelCatalog,
    private readonly health: ChannelHealth,
    private readonly upstream: UpstreamClient,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.serve('channel_test', (task) => this.test(task as ChannelTestTask));
  }

  private async test({ channelId, model: asked, keyId }: ChannelTestTask): Promise<ChannelTestResult> {
    const channel = await this.catalog.read(channelId);
    const key = channel?.keys.find(({ id, enabled }) => (keyId === undefined ? enabled : id === keyId));
    const model = asked ?? this.modelToTest(channel);
    const nothing = { ok: false, model: model ?? null, keyId: key?.id ?? null, latencyMs: null, status: null };
    if (!channel || model === undefined)
      return { ...nothing, reason: 'no_model', message: 'The channel has no model that can be tested.' };
    if (!key) return { ...nothing, reason: 'no_key', message: 'The channel has no enabled key.' };
    const adapter = findAdapter(channel.provider, channel.baseUrl);
    const [wire] = adapter?.wires ?? [];
    if (!adapter || !wire || !this.isText(model))
      return { ...nothing, reason: 'not_testable', message: 'Only models of the capability text can be tested.' };
    const startedAtMs = performance.now();
    const { status, reason, message } = await this.tryOut({ channel, key, model, adapter, wire });
    const latencyMs = Math.round(performance.now() - startedAtMs);
    return { ok: reason === null, model, keyId: key.id, latencyMs, status, reason, message };
  }

  private modelToTest(channel: Channel | undefined): string | undefined {
    const names = [...(channel?.models.keys() ?? [])];
    return names.find((name) => this.isText(name)) ?? names[0];
  }

  private isText(model: string): boolean {
    return this.models.find(model)?.capabilities.has('text') ?? false;
  }

  private async tryOut(trial: Trial): Promise<Verdict> {
    const { channel, key, model } = trial;
    const upstreamModel = channel.models.get(model) ?? model;
    const visit = this.health.visitPlace({ channel, key, upstreamModel, isStream: false });
    let secret = '';
    try {
      secret = key.secret();
      const verdict = await this.ask(trial, secret);
      endVisit(visit, verdict.error);
      return withoutSecret(verdict, secret);
    } catch (error) {
      endVisit(visit, error instanceof UpstreamError ? toAttemptFailure(error) : error);
      return withoutSecret(verdictOf(error), secret);
    }
  }

  private async ask({ channel, model, adapter, wire }: Trial, secret: string): Promise<Verdict & { error: unknown }> {
    const { passThrough, conversion } = wire;
    const upstreamModel = channel.models.get(model) ?? model;
    const limit = { outputTokensMax: OUTPUT_TOKENS_MAX, outputTokensHeld: OUTPUT_TOKENS_MAX };
    const terms = { upstreamModel, isStream: false, ...limit, dropped: new DroppedFields() };
    const { path, headers } = wire.endpoint(terms);
    const { connectTimeoutMs } = channel.timeLimits.plain;
    const call = this.upstream.send({
      ...{ baseUrl: channel.baseUrl, path },
      headers: {
        ...adapter.headers(secret),
        ...headers,
        'content-type': 'application/json',
        'user-agent': 'tokenbay-gateway',
      },
      body: JSON.stringify(conversion.writeRequest(QUESTION, terms)),
      limits: { connectTimeoutMs, firstByteTimeoutMs: TEST_MS, idleTimeoutMs: TEST_MS, totalTimeoutMs: TEST_MS },
    });
    try {
      await call.started;
      const answer = parseObject((await call.readAll(ANSWER_BYTES_MAX)).toString('utf8'));
      const { status } = call;
      const isGood = status >= 200 && status < 300;
      const reading = isGood ? answer && passThrough.readAnswer(answer) : undefined;
      const retryAfter = readRetryAfter(call.headers);
      const failure = isGood ? reading?.failure : adapter.readFailure(status, answer, retryAfter);
      if (failure) return { ...judge(failure, status), error: errorOf(failure, status) };
      if (!reading) throw new UpstreamError('malformed', `not an answer of ${wire.format}`);
      return { status, reason: null, message: null, error: undefined };
    } finally {
      call.abort();
    }
  }
}

function judge(failure: UpstreamFailure, status: number): Verdict {
  const reason = failure.reason ?? failure.code ?? `${failure.kind}_failed`;
  return { status, reason, message: failure.message ?? 'The upstream gave no reason.' };
}

function errorOf(failure: UpstreamFailure, status: number): unknown {
  try {
    throwUpstreamFailure(failure, status);
  } catch (error) {
    return error;
  }
}

function verdictOf(error: unknown): Verdict {
  if (error instanceof UpstreamError) {
    if (error.kind === 'connect') return { status: null, reason: 'connect', message: explainConnect(error.cause) };
    const reason = SENTENCES[error.kind] === undefined ? 'failed' : error.kind;
    return { status: null, reason, message: SENTENCES[error.kind] ?? 'The connection broke.' };
  }
  if (error instanceof DomainError && error.code === 'channel_key_unavailable')
    return { status: null, reason: 'secret_unreadable', message: 'The secret of the key does not open.' };
  throw error;
}

const SENTENCES: Readonly<Record<string, string>> = {
  connect_timeout: 'The connection does not come about in time.',
  exhausted: 'The gateway that tried has no file descriptor left for a connection.',
  timeout: 'The upstream does not answer in time.',
  cut: 'The connection broke before the answer was complete.',
  malformed: 'The upstream answers something else than a completion.',
  too_large: 'The answer is too large.',
};

/** An upstream may repeat the secret it was called with. */
function withoutSecret({ status, reason, message }: Verdict, secret: string): Verdict {
  if (message === null) return { status, reason, message };
  return { status, reason, message: cleanMessage(secret === '' ? message : message.replaceAll(secret, '[hidden]')) };
}
