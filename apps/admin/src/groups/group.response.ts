import { ApiProperty } from '@nestjs/swagger';
import { type AccountGroupEntity, toGroup } from '@tokenbay/accounts';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';

/** A group as administrators see it. */
export class GroupResponse extends ConfigurationResponse {
  @ApiProperty({ example: 'default' })
  name!: string;

  /** A decimal string. */
  @ApiProperty({ example: '1' })
  priceMultiplier!: string;

  @ApiProperty({ type: [String], example: ['*'] })
  models!: readonly string[];
}

/** Renders a group. */
export function toGroupResponse(row: AccountGroupEntity): GroupResponse {
  const { name, priceMultiplier, models } = toGroup(row);
  return { name, priceMultiplier, models, ...toConfigurationResponse(row) };
}
