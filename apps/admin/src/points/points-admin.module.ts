import { Module } from '@nestjs/common';
import { PointsModule } from '@tokenbay/points';
import { PointsController } from './points.controller.js';

/** The administration of points. */
@Module({ imports: [PointsModule], controllers: [PointsController] })
export class PointsAdminModule {}
