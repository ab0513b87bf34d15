import { Module } from '@nestjs/common';
import { TasksModule } from '@tokenbay/tasks';
import { TaskCanceller } from './task-canceller.js';
import { TasksController } from './tasks.controller.js';

/** Asynchronous tasks for administrators. */
@Module({ imports: [TasksModule], controllers: [TasksController], providers: [TaskCanceller] })
export class TasksAdminModule {}
