import { Injectable } from '@nestjs/common';
import { type Channel, ChannelCatalog, ChannelHealth, type Visit } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import { DroppedFields } from '@tokenbay/protocol';
import { findAdapter, type ProviderAdapter, type VideoSubmission, type VideoWire } from '@tokenbay/providers';
import { AttemptFailure, toFinalError } from '../relay/attempt.js';
import { endVisit } from '../relay/end-visit.js';
import { openSecret } from '../relay/open-secret.js';
import { SECONDS_UNKNOWN } from './price-task.js';
import { rehearseSubmission } from './rehearse-submission.js';
import type { TaskCall } from './task-call.js';

/** Where one submission goes, and what it says there. */
export interface TaskPlace {
  readonly visit: Visit;
  readonly adapter: ProviderAdapter;
  readonly wire: VideoWire;
  readonly secret: string;
  readonly submission: VideoSubmission;
  readonly dropped: DroppedFields;
}

/** What a call comes to, as far as can be told beforehand. */
export interface Rehearsal {
  /**
   * What must be held for: the client's seconds, or the longest that one of the channels would make of a call without any, or
   * `SECONDS_UNKNOWN` where none of them says.
   */
  readonly seconds: number;
  /** True where a channel that can carry the call takes pictures as bytes only. */
  readonly needsBytes: boolean;
}

/** What has been found unfit. */
interface Progress {
  readonly failures: AttemptFailure[];
  readonly tried: { readonly channelIds: string[]; readonly keyIds: string[] };
}

/** Chooses the channel and key that a task is submitted to. */
@Injectable()
export class TaskPlaces {
  constructor(
    private readonly channels: ChannelCatalog,
    private readonly health: ChannelHealth,
  ) {}

  /** The channels that serve a model to a group, those of higher priority first. */
  serving(model: string, group: string): readonly Channel[] {
    return this.channels.serving(model, group);
  }

  /** What the channels would make of a call: told before anything is held, fetched or sent. */
  rehearse({ video, model }: TaskCall, candidates: readonly Channel[]): Rehearsal {
    const alike = new Map(
      candidates.map((channel) => [`${channel.provider} ${channel.models.get(model) ?? ''}`, channel]),
    );
    let longest = 0;
    let needsBytes = false;
    for (const channel of alike.values()) {
      const wire = findAdapter(channel.provider)?.video;
      if (!wire) continue;
      try {
        const { seconds } = rehearseSubmission(video, wire, channel.models.get(model) ?? model);
        longest = Math.max(longest, seconds);
        needsBytes ||= !wire.takesImageUrls;
      } catch {
        // What this one cannot carry it will not be given.
      }
    }
    return { seconds: video.seconds ?? (longest === 0 ? SECONDS_UNKNOWN : longest), needsBytes };
  }

  /**
   * The best channel that can carry the call, and what to send there; nothing is sent. Throws DomainError where there is none: the client's
   * fault as every provider of the model judges it, or what keeps the request away from the channels.
   */
  choose(call: TaskCall, candidates: readonly Channel[]): TaskPlace {
    if (candidates.length === 0)
      throw new DomainError('channel_unavailable', 'no channel serves the model to the group');
    const progress: Progress = { failures: [], tried: { channelIds: [], keyIds: [] } };
    for (;;) {
      const request = { candidates, model: call.model, isStream: false, tried: progress.tried };
      const visit = this.health.visit(request);
      if (!visit) throw toFinalError(progress.failures, this.health.obstacleOf(request));
      try {
        return prepare(call, visit);
      } catch (error) {
        endVisit(visit, error);
        noteUnfit(toUnfit(error), { visit, candidates }, progress);
      }
    }
  }
}

function prepare({ video }: TaskCall, visit: Visit): TaskPlace {
  const { channel, key, upstreamModel } = visit;
  const adapter = findAdapter(channel.provider);
  const wire = adapter?.video;
  if (!adapter || !wire) throw new DomainError('conversion_not_implemented', channel.provider);
  const dropped = new DroppedFields();
  const submission = wire.writeSubmission(video, { upstreamModel, dropped });
  return { visit, adapter, wire, dropped, submission, secret: openSecret(key) };
}

/** What one provider does not offer another may. */
function toUnfit(error: unknown): AttemptFailure {
  if (error instanceof AttemptFailure) return error;
  if (error instanceof DomainError)
    return new AttemptFailure('unsuited', error.detail ?? error.code, { isUnsent: true, cause: error });
  throw error;
}

/** A visit that came to nothing, and all that could have been visited. */
interface Unfit {
  readonly visit: Visit;
  readonly candidates: readonly Channel[];
}

function noteUnfit(failure: AttemptFailure, { visit, candidates }: Unfit, { failures, tried }: Progress): void {
  failures.push(failure);
  const { channel, key, upstreamModel } = visit;
  tried.keyIds.push(key.id);
  if (failure.verdict !== 'unsuited') return;
  const isAlike = ({ provider, models }: Channel): boolean =>
    provider === channel.provider && [...models.values()].includes(upstreamModel);
  tried.channelIds.push(channel.id, ...candidates.filter(isAlike).map(({ id }) => id));
}
