import { Module } from '@nestjs/common';
import { DownloadSeatsModule } from '../relay/download-seats.module.js';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { ContentProxy } from './content-proxy.js';

/** Hands results of tasks through to their owners. */
@Module({
  imports: [UpstreamModule, DownloadSeatsModule],
  providers: [ContentProxy],
  exports: [ContentProxy, DownloadSeatsModule],
})
export class ContentModule {}
