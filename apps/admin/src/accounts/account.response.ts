import { ApiProperty } from '@nestjs/swagger';
import { ACCOUNT_STATUSES, type AccountStatus, toAccount } from '@tokenbay/accounts';
import { formatPoints } from '@tokenbay/protocol';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';
import { RateLimitDto } from '../http/fields.js';
import type { AccountWithPoints } from './accounts-with-points.service.js';

/** An account as administrators see it. */
export class AccountResponse extends ConfigurationResponse {
  @ApiProperty({ example: '17' })
  id!: string;

  @ApiProperty({ example: 'Acme Inc.' })
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  externalId!: string | null;

  @ApiProperty({ example: 'default' })
  group!: string;

  @ApiProperty({ type: [String], example: ['default'] })
  allowedGroups!: readonly string[];

  @ApiProperty({ enum: ACCOUNT_STATUSES })
  status!: AccountStatus;

  @ApiProperty({ type: RateLimitDto, nullable: true })
  rateLimit!: RateLimitDto | null;

  /** Points that requests may still take, as a decimal string. */
  @ApiProperty({ example: '12.5' })
  availablePoints!: string;

  /** Points held for running requests, as a decimal string. */
  @ApiProperty({ example: '0' })
  heldPoints!: string;
}

/** Renders an account with its balance. */
export function toAccountResponse({ account: row, balance }: AccountWithPoints): AccountResponse {
  const { id, name, group, allowedGroups, status, rateLimit } = toAccount(row);
  return {
    id,
    name,
    externalId: row.externalId,
    group,
    allowedGroups,
    status,
    rateLimit,
    availablePoints: formatPoints(balance.availableMicropoints),
    heldPoints: formatPoints(balance.heldMicropoints),
    ...toConfigurationResponse(row),
  };
}
