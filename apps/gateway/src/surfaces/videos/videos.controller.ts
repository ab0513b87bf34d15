import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { TasksReader } from '@tokenbay/tasks';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../relay/caller.js';
import { nameDropped } from '../../relay/name-dropped.js';
import { RelayRoute } from '../../relay/relay-route.js';
import { RelayService } from '../../relay/relay.service.js';
import { OwnTasks } from '../../tasks/own-tasks.js';
import { readListQuery } from './list-query.js';
import { readVideoTask } from './request.js';
import { toVideoListResponse, toVideoResponse, type VideoListResponse, type VideoResponse } from './video.response.js';

/** Videos: submitted, asked about and downloaded; what is asked about is read from the database and never from a provider. */
@Controller()
export class VideosController {
  constructor(
    private readonly relay: RelayService,
    private readonly tasks: OwnTasks,
    private readonly reader: TasksReader,
  ) {}

  /** Submits a video once, whatever happens; its task is answered as soon as its provider has taken it. */
  @RelayRoute({ paths: ['/v1/videos', '/v1/video/generations'], acceptsForms: true })
  async submit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { task, droppedFields } = await this.relay.submitTask(readVideoTask(request), request, reply);
    nameDropped(reply, droppedFields);
    await reply.send(toVideoResponse(task));
  }

  /** The account's own videos. */
  @Get('v1/videos')
  async list(@Req() request: FastifyRequest, @Query() query: unknown): Promise<VideoListResponse> {
    const { tasks, hasMore } = await this.reader.listOwn(callerOf(request).account.id, readListQuery(query));
    return toVideoListResponse(tasks, hasMore);
  }

  /** One of the account's own videos, a failed one too; `task_not_found` for any other. */
  @Get(['v1/videos/:id', 'v1/video/generations/:id'])
  async show(@Req() request: FastifyRequest, @Param('id') id: string): Promise<VideoResponse> {
    return toVideoResponse(await this.tasks.get(callerOf(request).account.id, id));
  }

  /** The video itself, whole or in the ranges asked for. */
  @Get('v1/videos/:id/content')
  content(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.tasks.streamContent(request, reply);
  }
}
