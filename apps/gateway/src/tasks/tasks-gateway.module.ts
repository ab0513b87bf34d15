import { Module } from '@nestjs/common';
import { ChannelChoiceModule } from '@tokenbay/channels';
import { ModelsModule } from '@tokenbay/models';
import { TasksModule } from '@tokenbay/tasks';
import { HealthModule } from '../health/health.module.js';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { CancelledTasks } from './cancelled-tasks.js';
import { ContentModule } from './content.module.js';
import { OwnTasks } from './own-tasks.js';
import { PictureFetcher } from './picture-fetcher.js';
import { TaskMetrics } from './task-metrics.js';
import { TaskPlaces } from './task-places.js';
import { TaskPoller } from './task-poller.js';
import { TaskPolls } from './task-polls.js';
import { TaskProviders } from './task-providers.js';
import { TaskSubmitter } from './task-submitter.js';
import { VideoUpstream } from './video-upstream.js';

/** Submits tasks, asks about them, and hands their results through. */
@Module({
  imports: [ChannelChoiceModule, ModelsModule, TasksModule, HealthModule, UpstreamModule, ContentModule],
  providers: [
    VideoUpstream,
    PictureFetcher,
    TaskProviders,
    TaskPlaces,
    TaskPolls,
    TaskPoller,
    TaskMetrics,
    CancelledTasks,
    TaskSubmitter,
    OwnTasks,
  ],
  exports: [TaskSubmitter, OwnTasks, TasksModule],
})
export class TasksGatewayModule {}
