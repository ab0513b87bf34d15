import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { TasksReader, toTaskId } from '@tokenbay/tasks';
import { Operation } from '../http/operation.js';
import { ApiPageOf, type PageResponse, toPageResponse } from '../http/page.response.js';
import { CancelTaskDto } from './cancel-task.dto.js';
import { ListTasksDto } from './list-tasks.dto.js';
import { TaskCanceller } from './task-canceller.js';
import { TaskDetailResponse, toTaskDetailResponse } from './task-detail.response.js';
import { TaskResponse, toTaskResponse } from './task.response.js';

/** Asynchronous tasks: videos. */
@ApiTags('tasks')
@Controller('tasks')
export class TasksController {
  constructor(
    private readonly canceller: TaskCanceller,
    private readonly reader: TasksReader,
  ) {}

  @Get()
  @Operation('List tasks', { details: 'Newest first, those whose submission was refused by their provider included.' })
  @ApiPageOf(TaskResponse)
  async list(@Query() { limit, cursor, ...filter }: ListTasksDto): Promise<PageResponse<TaskResponse>> {
    return toPageResponse(await this.reader.list(filter, { limit, cursor }), toTaskResponse);
  }

  @Get(':id')
  @Operation('Read a task', {
    details: 'By its id or that of its request, with its try at a channel and its timeline.',
  })
  @ApiOkResponse({ type: TaskDetailResponse })
  async get(@Param('id') id: string): Promise<TaskDetailResponse> {
    return toTaskDetailResponse(await this.reader.get(id));
  }

  @Post(':id/cancel')
  @Operation('Cancel a task', {
    details:
      'Ends it as failed, in whatever state it is stuck, and gives its points back. What it may still cost at its provider is the platform’s.',
    refusals: { 409: 'The task is over.' },
  })
  @ApiCreatedResponse({ type: TaskDetailResponse, description: 'The task as it ended.' })
  async cancel(@Param('id') id: string, @Body() { reason }: CancelTaskDto): Promise<TaskDetailResponse> {
    const task = await this.canceller.cancel(toTaskId(id), reason);
    return toTaskDetailResponse(await this.reader.get(task.id));
  }
}
