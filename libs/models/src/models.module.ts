import { Module } from '@nestjs/common';
import { ModelCatalog } from './model-catalog.js';
import { ModelsRepository } from './models.repository.js';
import { ModelsService } from './models.service.js';

/** The models on offer: the catalog for requests, the service for administrators. Needs the platform module. */
@Module({ providers: [ModelsRepository, ModelsService, ModelCatalog], exports: [ModelsService, ModelCatalog] })
export class ModelsModule {}
