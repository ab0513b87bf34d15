import { ApiProperty } from '@nestjs/swagger';
import { ACCOUNT_STATUSES, type AccountStatus, toAccount } from '@tokenbay/accounts';
import { formatPoints } from '@tokenbay/protocol';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import { RateLimitDto, TokenRateLimitDto } from '../http/fields.js';
import type { AccountWithPoints } from './accounts-with-points.service.js';

/** An account as administrators see it. */
export class AccountResponse extends ConfigurationResponse {
  @ApiProperty({ description: 'The id; never changes.', example: '17' })
  id!: string;

  @ApiProperty({ description: 'For people; need not be unique.', example: 'Acme Inc.' })
  name!: string;

  @ApiProperty({ description: "The account's id in your own books; unique. Null: none.", type: String, nullable: true })
  externalId!: string | null;

  @ApiProperty({ description: 'The group of its keys that name none.', example: 'default' })
  group!: string;

  @ApiProperty({ description: 'The groups that its keys may belong to.', type: [String], example: ['default'] })
  allowedGroups!: readonly string[];

  @ApiProperty({ description: 'Every request of a banned account is refused.', enum: ACCOUNT_STATUSES })
  status!: AccountStatus;

  @ApiProperty({
    description: 'How many requests it may make, over all its keys. Null: no limit.',
    type: RateLimitDto,
    nullable: true,
  })
  rateLimit!: RateLimitDto | null;

  @ApiProperty({
    description: 'How many tokens its requests may consume. Null: no limit.',
    type: TokenRateLimitDto,
    nullable: true,
  })
  tokenRateLimit!: TokenRateLimitDto | null;

  @ApiProperty({
    description: 'How many of its requests may run at the same time. Null: no limit.',
    type: Number,
    nullable: true,
  })
  parallelRequestsMax!: number | null;

  @ApiProperty({
    description: 'Where it is told that a video of its is completed or failed. Null: nowhere.',
    type: String,
    nullable: true,
    example: 'https://app.example.com/hooks/video',
  })
  webhookUrl!: string | null;

  @ApiProperty({
    description:
      'What its webhooks are signed with, where the gateway made it: only in the answer to the change that asked for it, and in a repetition under the same Idempotency-Key.',
    required: false,
    example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  })
  webhookSecret?: string;

  @ApiProperty({ description: 'Points that requests may still take, as a decimal string.', example: '12.5' })
  availablePoints!: string;

  @ApiProperty({ description: 'Points held for running requests, as a decimal string.', example: '0' })
  heldPoints!: string;
}

/** Renders an account with its balance. */
export function toAccountResponse({
  account: row,
  balance,
  webhookUrl,
  webhookSecret,
}: AccountWithPoints): AccountResponse {
  const { id, name, group, allowedGroups, status, rateLimit, tokenRateLimit, parallelRequestsMax } = toAccount(row);
  return {
    id,
    name,
    externalId: row.externalId,
    group,
    allowedGroups,
    status,
    rateLimit,
    tokenRateLimit,
    parallelRequestsMax,
    webhookUrl,
    ...(webhookSecret !== undefined && { webhookSecret }),
    availablePoints: formatPoints(balance.availableMicropoints),
    heldPoints: formatPoints(balance.heldMicropoints),
    ...toConfigurationResponse(row),
  };
}
