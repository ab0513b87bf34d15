import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { SecretBox, type Tx } from '@tokenbay/platform';
import { generateWebhookSecret } from './webhook-secret.js';
import { WebhookEndpointsRepository } from './webhook-endpoints.repository.js';

/** What may change about where an account is told of its tasks; what is absent stays. */
export interface WebhookChange {
  /** A URL that was judged; null: nowhere, and the secret is forgotten. */
  readonly webhookUrl?: string | null;
  /** A well-formed secret; null: a new one is made. */
  readonly webhookSecret?: string | null;
}

/** For so long a secret that was replaced signs along with the new one. */
const FORMER_SIGNS_HOURS = 24;

/** In which a secret is sealed. */
export const sealContextOf = (accountId: string): string => `webhook_endpoint.secret:${accountId}`;

/** Administers where accounts are told of their tasks. The account is locked by the caller, so that changes of it come one by one. */
@Injectable()
export class WebhookEndpointsService {
  constructor(
    private readonly repository: WebhookEndpointsRepository,
    private readonly box: SecretBox,
  ) {}

  /** The URL of each account that has one. */
  async urlsOf(tx: Tx, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.repository.urlsOf(tx, accountIds);
    return new Map(rows.map(({ accountId, url }) => [accountId, url]));
  }

  /**
   * Answers the secret where it had to be made; it is never shown again. One that is replaced signs along for a day. Throws `invalid_request` for a secret without a URL.
   */
  async change(tx: Tx, accountId: string, { webhookUrl, webhookSecret }: WebhookChange): Promise<string | undefined> {
    if (webhookUrl === null) {
      if (typeof webhookSecret === 'string') throw secretWithoutUrl();
      await this.repository.delete(tx, accountId);
      return undefined;
    }
    if (webhookUrl === undefined && webhookSecret === undefined) return undefined;
    if (typeof webhookSecret === 'string') {
      if (!(await this.put(tx, accountId, { webhookUrl, webhookSecret }))) throw secretWithoutUrl();
      return undefined;
    }
    if (webhookSecret === undefined && (await this.put(tx, accountId, { webhookUrl }))) return undefined;
    const made = generateWebhookSecret();
    return (await this.put(tx, accountId, { webhookUrl, webhookSecret: made })) ? made : undefined;
  }

  private async put(tx: Tx, accountId: string, { webhookUrl, webhookSecret }: Endpoint): Promise<boolean> {
    if (webhookSecret === undefined)
      return this.repository.put(tx, accountId, { url: webhookUrl ?? null, secret: null });
    await this.retireSecret(tx, accountId, webhookSecret);
    const secret = this.box.seal(webhookSecret, sealContextOf(accountId));
    return this.repository.put(tx, accountId, { url: webhookUrl ?? null, secret });
  }

  /** What is told anew is no change; and a secret that does not open signs nothing any more. */
  private async retireSecret(tx: Tx, accountId: string, replacement: string): Promise<void> {
    const sealed = await this.repository.secretOf(tx, accountId);
    const former = sealed && this.open(sealed, accountId);
    if (sealed && former !== undefined && former !== replacement)
      await this.repository.addFormer(tx, accountId, sealed, FORMER_SIGNS_HOURS);
  }

  private open(sealed: Buffer, accountId: string): string | undefined {
    try {
      return this.box.open(sealed, sealContextOf(accountId));
    } catch {
      return undefined;
    }
  }
}

interface Endpoint {
  readonly webhookUrl?: string | undefined;
  readonly webhookSecret?: string;
}

function secretWithoutUrl(): DomainError {
  const sentence = 'webhookSecret needs a webhookUrl.';
  return new DomainError('invalid_request', sentence, {
    message: sentence,
    param: 'webhookSecret',
    problems: [sentence],
  });
}
