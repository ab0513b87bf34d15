import { Module } from '@nestjs/common';
import { LimitsModule } from '@tokenbay/limits';
import { DownloadSeats } from './download-seats.js';

/** Bounds downloads. Apart from the request path, which needs tasks, whose results are what is downloaded. */
@Module({ imports: [LimitsModule], providers: [DownloadSeats], exports: [DownloadSeats] })
export class DownloadSeatsModule {}
