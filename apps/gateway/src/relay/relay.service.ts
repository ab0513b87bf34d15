import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { AccessRuleBook } from '@tokenbay/access-rules';
import {
  type Account,
  AccountsReader,
  assertAccountActive,
  assertGroupServesModel,
  GroupCatalog,
  resolveGroup,
} from '@tokenbay/accounts';
import { type Channel, ChannelCatalog } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import { type ApiKey, assertKeyAllowsModel, assertKeyUsable, KeysReader, KeyUses } from '@tokenbay/keys';
import { type Model, ModelCatalog } from '@tokenbay/models';
import { Clock } from '@tokenbay/platform';
import { type Hold, PointsService, type SettleOutcome } from '@tokenbay/points';
import type { TokenUsage } from '@tokenbay/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LoadShedder } from '../health/overload/load-shedder.js';
import { RequestMetrics } from '../health/request-metrics.js';
import type { TaskCall } from '../tasks/task-call.js';
import { type SubmittedTask, TaskSubmitter } from '../tasks/task-submitter.js';
import { UpstreamClient } from '../upstream/upstream.client.js';
import { asSold } from './as-sold.js';
import { type Attempt, wasAbandoned } from './attempt.js';
import type { Call, CountedInput } from './call.js';
import { type Metered, NOTHING_METERED } from './bill.js';
import { type Caller, callerOf } from './caller.js';
import { CallerLimits } from './caller-limits.js';
import { ClientConnection } from './client-connection.js';
import { CountedText } from './count-tokens.js';
import { Deliverer } from './deliverer.js';
import { Forwarder } from './forwarder.js';
import { lowerOutput, quote, type Quote } from './quote.js';
import type { RequestHead } from './request-head.js';
import { RequestRates } from './request-rates.js';
import { RunningWork } from './running-work.js';
import { Settlement, type SettlementFacts } from './settlement.js';
import { tokenLimitsOf } from './token-limits.js';

/** How long answers without a client are drained, and bookings awaited, once the process stops. */
const STOP_DRAIN_MS = 3_000;
const STOP_MS = 8_000;
/** How long answers that are cut may take to be told and booked. */
const CUT_MS = 3_000;

/** One request on its way through the upstream and back. */
interface Serving {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly client: ClientConnection;
  readonly price: Quote;
  readonly hold: Hold;
  readonly facts: SettlementFacts;
  readonly settlement: Settlement;
}

/**
 * Orders every step of a request, in the order of the contract's checks. Nothing else in the house decides that order, but for a task's last
 * steps (hold, pictures, channel, call), which `TaskSubmitter` orders: they are repeated, undone or waited for in its own way.
 */
@Injectable()
export class RelayService implements BeforeApplicationShutdown {
  private isStopping = false;

  constructor(
    private readonly shedder: LoadShedder,
    private readonly rates: RequestRates,
    private readonly callerLimits: CallerLimits,
    private readonly rules: AccessRuleBook,
    private readonly keys: KeysReader,
    private readonly keyUses: KeyUses,
    private readonly accounts: AccountsReader,
    private readonly groups: GroupCatalog,
    private readonly models: ModelCatalog,
    private readonly channels: ChannelCatalog,
    private readonly points: PointsService,
    private readonly forwarder: Forwarder,
    private readonly deliverer: Deliverer,
    private readonly running: RunningWork,
    private readonly tasks: TaskSubmitter,
    private readonly upstream: UpstreamClient,
    private readonly metrics: RequestMetrics,
    private readonly clock: Clock,
  ) {}

  /**
   * Decides from a request's head whether its sender may ask at all. Throws (or rejects with) the first refusal that applies. It answers at
   * once, without a promise, where nothing must be read or asked elsewhere: nearly always.
   */
  admit(head: RequestHead): Caller | Promise<Caller> {
    if (!head.hasRoom) this.shedder.assertRoom(head.isRead);
    const passed = this.rates.takeOfAddress(head.address);
    return passed ? passed.then(() => this.authenticate(head)) : this.authenticate(head);
  }

  private authenticate(head: RequestHead): Caller | Promise<Caller> {
    this.rules.assertNotBlacklistedGlobally(head.address);
    const key = this.keys.authenticate(head.readCredential(), head.lastSecret);
    return key instanceof Promise ? key.then((read) => this.findAccount(head, read)) : this.findAccount(head, key);
  }

  private findAccount(head: RequestHead, key: ApiKey): Caller | Promise<Caller> {
    const nowMs = this.clock.nowMs();
    assertKeyUsable(key, nowMs);
    const account = this.accounts.get(key.accountId);
    return account instanceof Promise
      ? account.then((read) => this.authorize(head, key, read))
      : this.authorize(head, key, account);
  }

  private authorize(head: RequestHead, key: ApiKey, account: Account): Caller | Promise<Caller> {
    const { address } = head;
    const nowMs = this.clock.nowMs();
    assertAccountActive(account);
    const group = resolveGroup({ keyGroup: key.group, account, groups: this.groups });
    this.rules.assertAllowed({ accountId: account.id, apiKeyId: key.id, group: group.name }, address, nowMs);
    const caller = { key, account, group, address };
    const passed = this.takeAccountRate(head, caller);
    return passed ? passed.then(() => this.welcome(caller, nowMs)) : this.welcome(caller, nowMs);
  }

  private welcome(caller: Caller, nowMs: number): Caller {
    this.keyUses.record(caller.key.id, nowMs);
    return caller;
  }

  /** Serves a request that was admitted, to its last byte. Rejects with the first refusal, or with what went wrong upstream. */
  async serve(call: Call, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = callerOf(request);
    const model = asSold(call, this.chooseModel(call, caller));
    request.notes.model = model.name;
    const multiplier = caller.group.priceMultiplier;
    const price = quote(call, model, multiplier);
    const passed = this.rates.takeOfModel(model, caller.account);
    if (passed) await passed;
    const client = new ClientConnection(reply);
    const reserved = this.reserve(request.id, caller, price);
    const hold = reserved instanceof Promise ? await reserved : reserved;
    const attempts: Attempt[] = [];
    const calls = price.toolCallsFor(hold.points);
    if (calls.loweredTo !== undefined) void reply.header('x-tool-calls-limited', String(calls.loweredTo));
    const facts = {
      call,
      model,
      multiplier,
      attempts,
      toolPools: calls.pools,
      requestId: request.id,
      startedAtMs: request.startedAtMs,
      suspectMax: price.need + price.extra,
      onSettled: (settled: SettleOutcome, ms: number) => this.noteSettled(request, settled, ms),
      onConsumed: (usage: TokenUsage) => this.callerLimits.count(request, usage),
    };
    const settlement = new Settlement(this.points, hold, facts);
    this.running.begin();
    request.seats?.keep();
    try {
      await this.answer({ request, reply, caller, client, price, hold, facts, settlement });
    } finally {
      this.running.end();
      request.seats?.release();
    }
  }

  /**
   * Submits a task for a request that was admitted: the one it has become before, if it has, else once, whatever happens on the way.
   * Rejects with the first refusal, or with what went wrong upstream.
   */
  async submitTask(call: TaskCall, request: FastifyRequest, reply: FastifyReply): Promise<SubmittedTask> {
    const caller = callerOf(request);
    const earlier = await this.tasks.replay(call, caller);
    if (earlier) return { task: earlier, droppedFields: [] };
    const model = this.chooseModel(call, caller);
    request.notes.model = model.name;
    const submission = this.tasks.price({ requestId: request.id, call, caller, model });
    const passed = this.rates.takeOfModel(model, caller.account);
    if (passed) await passed;
    request.seats?.keep();
    const least = submission.draft.heldMicropoints;
    const untilGone = new ClientConnection(reply).untilGone();
    const submitted = this.running.track(this.tasks.submit(submission, untilGone));
    return submitted
      .catch((error: unknown) => this.points.refuse(error, { apiKeyId: caller.key.id, least }))
      .finally(() => request.seats?.release());
  }

  /**
   * Counts a request's input for a caller who may ask the model, by our own tokenizer: an estimate for models that have another. Takes no unit
   * of the model's rate, holds nothing and asks nobody.
   */
  async countTokens(counted: CountedInput, request: FastifyRequest): Promise<number> {
    request.notes.model = this.chooseModel(counted, callerOf(request)).name;
    return (await CountedText.of(counted.readInputText()).countTokens()) + counted.addedTokens;
  }

  /** Ends every answer that still runs: its client is told, and it costs nothing, since it is we who cut it. */
  async cut(): Promise<void> {
    this.isStopping = true;
    this.upstream.cutAll();
    await this.running.whenAllOver(CUT_MS);
  }

  /** Ends what still runs without a client, and waits for its bookings, before the ledger stops. */
  async beforeApplicationShutdown(): Promise<void> {
    this.upstream.abandonWithin(STOP_DRAIN_MS);
    await this.running.whenAllOver(STOP_MS);
  }

  private async answer({ request, reply, caller, client, price, hold, facts, settlement }: Serving): Promise<void> {
    const { call, model, attempts, toolPools } = facts;
    let metered: Metered = NOTHING_METERED;
    try {
      if (client.isGone) return await this.points.release(hold);
      const outputTokensMax = lowerOutput(call, price, hold.points);
      if (outputTokensMax !== undefined) void reply.header('x-output-tokens-limited', String(outputTokensMax));
      const candidates = this.channelsFor(model, caller.group.name);
      const answer = await this.forwarder.forward({
        requestId: request.id,
        accountId: caller.account.id,
        call,
        candidates,
        attempts,
        outputTokensMax,
        toolPools,
        contextTokensMax: tokenLimitsOf(model, call).contextTokensMax,
        outputTokensTotal: (outputTokensMax ?? price.outputTokensMax) * call.choices,
        onCall: (upstreamCall) => this.deliverer.boundWhenGone(upstreamCall, client),
        onHead: () => this.noteFirstByte(settlement, facts.startedAtMs),
        isWanted: () => !client.isGone && !this.isStopping,
      });
      const delivery = { reply, client, settlement, facts, requestId: request.id };
      if ('whole' in answer) return await this.deliverer.deliverWhole(answer.whole, delivery);
      metered = answer.stream.exchange;
      await this.deliverer.deliverStream(answer.stream, delivery);
    } catch (error) {
      const failure =
        error instanceof DomainError ? error : new DomainError('internal_error', 'relay', { cause: error });
      if (metered !== NOTHING_METERED && !wasAbandoned(failure)) request.notes.brokenBy = failure.code;
      await this.deliverer.bookFailure(failure, metered, { settlement, facts });
      throw failure;
    }
  }

  private reserve(requestId: string, { account, key }: Caller, price: Quote): Hold | Promise<Hold> {
    const { least, need, extra, extraMost } = price;
    const startedAtMs = performance.now();
    const { id: accountId } = account;
    const { id: apiKeyId, hasBudget: budgeted } = key;
    const wanted = { requestId, accountId, apiKeyId, budgeted, least, need, extra, extraMost };
    const observe = (hold: Hold): Hold => {
      this.metrics.observeLedger('reserve', (performance.now() - startedAtMs) / 1000);
      return hold;
    };
    const hold = this.points.reserve(wanted);
    if (!(hold instanceof Promise)) return observe(hold);
    return hold.then(observe, (error: unknown) => this.points.refuse(error, wanted));
  }

  private noteSettled({ notes }: FastifyRequest, { points, uncollected }: SettleOutcome, ms: number): void {
    notes.charge = points;
    this.metrics.countCharge(points, uncollected);
    this.metrics.observeLedger('settle', ms / 1000);
  }

  private noteFirstByte(settlement: Settlement, startedAtMs: number): void {
    const ms = performance.now() - startedAtMs;
    settlement.firstByteMs = Math.round(ms);
    this.metrics.observeFirstByte(ms / 1000);
  }

  private chooseModel(call: Pick<Call, 'model' | 'capability'>, { key, group }: Caller): Model {
    const model = this.models.find(call.model);
    if (!model) throw new DomainError('model_not_found');
    if (!model.enabled) throw new DomainError('model_disabled');
    if (!model.capabilities.has(call.capability))
      throw new DomainError('model_capability_not_supported', call.capability);
    assertGroupServesModel(group, model.name);
    assertKeyAllowsModel(key, model.name);
    return model;
  }

  private channelsFor(model: Model, group: string): readonly Channel[] {
    const channels = this.channels.serving(model.name, group);
    if (channels.length === 0) throw new DomainError('channel_unavailable', 'no channel serves the model to the group');
    return channels;
  }

  private takeAccountRate(head: RequestHead, { account, key }: Caller): void | Promise<void> {
    if (!head.countsForAccountRate) return;
    const { onAccountRate, onTokenRate, onSeats } = head;
    const assertRoom = () => this.callerLimits.assertRoom({ account, key, onTokenRate, onSeats });
    const passed = this.rates.takeOfAccount(account, onAccountRate);
    return passed ? passed.then(assertRoom) : assertRoom();
  }
}
