import { Injectable } from '@nestjs/common';
import { isModelOpenToGroup } from '@tokenbay/accounts';
import { DomainError } from '@tokenbay/errors';
import { isModelOpenToKey } from '@tokenbay/keys';
import { type Model, ModelCatalog } from '@tokenbay/models';
import type { Caller } from '../../relay/caller.js';

/** Which models a caller gets to see: what it may use, and nothing else. */
@Injectable()
export class ModelsService {
  constructor(private readonly catalog: ModelCatalog) {}

  /** Everything the caller may use, by name. */
  listFor(caller: Caller): Model[] {
    return this.catalog
      .list()
      .filter((model) => isOpenTo(model, caller))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** One model. Throws `model_not_found` where there is none, or none for this caller. */
  getFor(caller: Caller, name: string): Model {
    const model = this.catalog.find(name);
    if (!model || !isOpenTo(model, caller)) throw new DomainError('model_not_found');
    return model;
  }
}

function isOpenTo({ enabled, name }: Model, { key, group }: Caller): boolean {
  return enabled && isModelOpenToGroup(group, name) && isModelOpenToKey(key, name);
}
