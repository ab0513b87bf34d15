import { Module } from '@nestjs/common';
import { UpstreamModule } from '../upstream/upstream.module.js';
import { ContentProxy } from './content-proxy.js';

/** Hands results of tasks through to their owners. */
@Module({ imports: [UpstreamModule], providers: [ContentProxy], exports: [ContentProxy] })
export class ContentModule {}
