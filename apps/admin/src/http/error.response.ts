import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ERROR_CATALOGUE } from '@tokenbay/errors';

const ENTRIES = Object.entries(ERROR_CATALOGUE).filter(([, { surface }]) => surface !== 'gateway');
/** Refusals of what is planned but not offered. */
const NOT_OFFERED = ERROR_CATALOGUE.not_implemented;

/** What went wrong. */
export class ErrorDescriptionResponse {
  @ApiProperty({ description: 'For people; may change at any time.', example: 'name is required.' })
  message!: string;

  @ApiProperty({
    description: 'Follows the status.',
    enum: [...new Set([...ENTRIES.map(([, { type }]) => type), NOT_OFFERED.type])],
    example: 'invalid_request_error',
  })
  type!: string;

  @ApiProperty({
    description: 'What programs compare; never renamed.',
    enum: [...ENTRIES.map(([code]) => code), 'not_implemented'],
    example: 'invalid_request',
  })
  code!: string;

  @ApiPropertyOptional({
    type: [String],
    description:
      'Everything that is wrong with the request, one sentence each, beginning with the path of the field. What a field names is looked up once all fields are well formed.',
    example: ['name is required.'],
  })
  problems?: string[];
}

/** The body of every error. */
export class ErrorResponse {
  @ApiProperty({ type: ErrorDescriptionResponse, description: 'What went wrong.' })
  error!: ErrorDescriptionResponse;
}
