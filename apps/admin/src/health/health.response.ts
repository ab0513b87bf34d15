import { ApiProperty } from '@nestjs/swagger';

/** How a process is. */
export class HealthResponse {
  @ApiProperty({ enum: ['live', 'ready', 'unavailable'], description: 'How the process is.' })
  status!: 'live' | 'ready' | 'unavailable';
}
