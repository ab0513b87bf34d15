import { Module } from '@nestjs/common';
import { UpstreamClient } from './upstream.client.js';

/** The way out to upstreams. */
@Module({ providers: [UpstreamClient], exports: [UpstreamClient] })
export class UpstreamModule {}
