import { AccessRuleEntity } from '@tokenbay/access-rules';
import { AccountEntity, AccountGroupEntity } from '@tokenbay/accounts';
import { ChannelEntity, ChannelKeyEntity } from '@tokenbay/channels';
import { ApiKeyEntity, ApiKeyUseEntity } from '@tokenbay/keys';
import { ModelEntity, ModelPriceEntity } from '@tokenbay/models';

/** Every entity of the house. A room's table that only raw SQL touches has none. */
export const ENTITIES: readonly (new () => object)[] = [
  AccountGroupEntity,
  AccountEntity,
  ApiKeyEntity,
  ApiKeyUseEntity,
  ModelEntity,
  ModelPriceEntity,
  ChannelEntity,
  ChannelKeyEntity,
  AccessRuleEntity,
];
