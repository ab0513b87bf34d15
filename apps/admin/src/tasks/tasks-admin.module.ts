import { Module } from '@nestjs/common';
import { TasksModule } from '@tokenbay/tasks';
import { TasksController } from './tasks.controller.js';

/** Asynchronous tasks for administrators. */
@Module({ imports: [TasksModule], controllers: [TasksController] })
export class TasksAdminModule {}
