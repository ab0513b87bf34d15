import { Module } from '@nestjs/common';
import { ForeignDialer } from './foreign-dialer.js';
import { ForeignFetch } from './foreign-fetch.js';
import { UpstreamClient } from './upstream.client.js';

/** The ways out: to channels, and to URLs that came from elsewhere. */
@Module({ providers: [UpstreamClient, ForeignDialer, ForeignFetch], exports: [UpstreamClient, ForeignFetch] })
export class UpstreamModule {}
