import { ApiProperty } from '@nestjs/swagger';
import { type AccountGroupEntity, toGroup } from '@tokenbay/accounts';
import { ConfigurationResponse, toConfigurationResponse } from '../http/configuration.response.js';

/** A group as administrators see it. */
export class GroupResponse extends ConfigurationResponse {
  @ApiProperty({ description: 'Unique; never changes.', example: 'default' })
  name!: string;

  @ApiProperty({ description: 'What list prices are multiplied by, a decimal string.', example: '1' })
  priceMultiplier!: string;

  @ApiProperty({
    description: 'The models the group may use; * at the end of a name stands for any rest.',
    type: [String],
    example: ['*'],
  })
  models!: readonly string[];
}

/** Renders a group. */
export function toGroupResponse(row: AccountGroupEntity): GroupResponse {
  const { name, priceMultiplier, models } = toGroup(row);
  return { name, priceMultiplier, models, ...toConfigurationResponse(row) };
}
