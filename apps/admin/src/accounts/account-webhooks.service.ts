import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { readForeignUrl, type Tx } from '@tokenbay/platform';
import { type WebhookChange, WebhookEndpointsService } from '@tokenbay/webhooks';
import { ADMIN_CONFIG, type AdminConfig } from '../admin.config.js';

/** Where accounts are told of their tasks, as administrators write it. */
@Injectable()
export class AccountWebhooksService {
  constructor(
    private readonly endpoints: WebhookEndpointsService,
    @Inject(ADMIN_CONFIG) private readonly config: Pick<AdminConfig, 'contentProxyAllow'>,
  ) {}

  /** Throws `invalid_request` for a URL that may not be fetched, or a secret without one. Answers the secret where it had to be made. */
  async change(tx: Tx, accountId: string, change: WebhookChange): Promise<string | undefined> {
    const { webhookUrl } = change;
    if (typeof webhookUrl !== 'string') return this.endpoints.change(tx, accountId, change);
    const reading = readForeignUrl(webhookUrl, this.config.contentProxyAllow);
    if ('problem' in reading) throw invalidUrl(reading.problem);
    return this.endpoints.change(tx, accountId, { ...change, webhookUrl: reading.url.href });
  }

  /** The URL of each account that has one. */
  urlsOf(tx: Tx, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.endpoints.urlsOf(tx, accountIds);
  }
}

function invalidUrl(problem: string): DomainError {
  const sentence = `webhookUrl${problem}`;
  return new DomainError('invalid_request', sentence, { message: sentence, param: 'webhookUrl', problems: [sentence] });
}
