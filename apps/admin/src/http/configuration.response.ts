import { ApiProperty } from '@nestjs/swagger';

/** What every object that administrators change answers besides its own fields. */
export class ConfigurationResponse {
  @ApiProperty({ description: 'Grows by one with each change; send it as `If-Match`.', example: 1 })
  version!: number;

  @ApiProperty({ description: 'When it was created; RFC 3339, UTC.', format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ description: 'When it last changed; RFC 3339, UTC.', format: 'date-time' })
  updatedAt!: string;
}

type ConfigurationFields = Pick<ConfigurationResponse, 'version' | 'createdAt' | 'updatedAt'>;

/** The fields that every object that administrators change answers besides its own. */
export function toConfigurationResponse(row: {
  version: number;
  createdAt: Date;
  updatedAt: Date;
}): ConfigurationFields {
  return { version: row.version, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() };
}
