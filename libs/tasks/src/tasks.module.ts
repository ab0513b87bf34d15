import { Module } from '@nestjs/common';
import { TasksReader } from './tasks-reader.js';
import { TasksRepository } from './tasks.repository.js';
import { TasksService } from './tasks.service.js';

/** Asynchronous tasks and their states. Needs the platform's global module. */
@Module({ providers: [TasksRepository, TasksService, TasksReader], exports: [TasksService, TasksReader] })
export class TasksModule {}
