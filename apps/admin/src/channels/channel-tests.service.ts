import { Injectable } from '@nestjs/common';
import { ChannelsService, type ChannelTestTask } from '@tokenbay/channels';
import { DomainError } from '@tokenbay/errors';
import { Database, GatewayJobs } from '@tokenbay/platform';
import type { ChannelTestResponse } from './channel-test.response.js';

/** Has a gateway try a channel out. */
@Injectable()
export class ChannelTestsService {
  constructor(
    private readonly database: Database,
    private readonly channels: ChannelsService,
    private readonly jobs: GatewayJobs,
  ) {}

  /**
   * Throws `not_found` where there is no such channel, `invalid_request` where it has no such model or key, and `conflict` where no gateway
   * is running or none answers within 15 s.
   */
  async test(task: ChannelTestTask): Promise<ChannelTestResponse> {
    const { channel, keys } = await this.channels.get(this.database.tx, task.channelId);
    if (task.model !== undefined && !Object.hasOwn(channel.models, task.model))
      throw invalid('model', 'must be a public name that the channel serves.');
    if (task.keyId !== undefined && !keys.some(({ id }) => id === task.keyId))
      throw invalid('keyId', 'must be a key of the channel.');
    return (await this.jobs.ask('channel_test', task)) as ChannelTestResponse;
  }
}

function invalid(param: string, problem: string): DomainError {
  const message = `${param} ${problem}`;
  return new DomainError('invalid_request', message, { message, param, problems: [message] });
}
