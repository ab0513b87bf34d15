import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What went wrong. */
export class ErrorDescriptionResponse {
  @ApiProperty({ example: 'name is required.' })
  message!: string;

  @ApiProperty({ example: 'invalid_request_error', description: 'Follows the status.' })
  type!: string;

  @ApiProperty({ example: 'invalid_request', description: 'What programs compare.' })
  code!: string;

  @ApiPropertyOptional({ type: [String], description: 'Every problem of the body, one sentence each.' })
  problems?: string[];
}

/** The body of every error. */
export class ErrorResponse {
  @ApiProperty({ type: ErrorDescriptionResponse })
  error!: ErrorDescriptionResponse;
}
