import { Injectable } from '@nestjs/common';
import { DomainError } from '@tokenbay/errors';
import { type Model, ModelCatalog } from '@tokenbay/models';
import { matchesName } from '@tokenbay/protocol';
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
    if (!model || !isOpenTo(model, caller)) throw new DomainError('model_not_found', name.slice(0, 128));
    return model;
  }
}

function isOpenTo(model: Model, { key, group }: Caller): boolean {
  const isListed = key.modelAllowlist === null || matchesName(key.modelAllowlist, model.name);
  const isDenied = key.modelDenylist !== null && matchesName(key.modelDenylist, model.name);
  return model.enabled && matchesName(group.models, model.name) && isListed && !isDenied;
}
