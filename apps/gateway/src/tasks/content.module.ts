import { Module } from '@nestjs/common';
import { LimitsModule } from '@tokenbay/limits';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { ContentProxy } from './content-proxy.js';
import { ContentSeats } from './content-seats.js';

/** Hands results of tasks through to their owners. */
@Module({
  imports: [UpstreamModule, LimitsModule],
  providers: [ContentProxy, ContentSeats],
  exports: [ContentProxy, ContentSeats],
})
export class ContentModule {}
