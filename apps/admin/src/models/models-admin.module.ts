import { Module } from '@nestjs/common';
import { ModelsModule } from '@tokenbay/models';
import { ModelsController } from './models.controller.js';

/** The administration of models and prices. */
@Module({ imports: [ModelsModule], controllers: [ModelsController] })
export class ModelsAdminModule {}
