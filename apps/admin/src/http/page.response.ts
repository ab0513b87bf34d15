import { applyDecorators } from '@nestjs/common';
import type { Type as Class } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';

/** One page of a list, newest first. */
export interface PageResponse<T> {
  data: T[];
  /** Give it as `cursor` to read on; null on the last page. */
  nextCursor: string | null;
}

/** Renders a page of rows, each by the slice's `to…Response`. */
export function toPageResponse<Row, Response>(
  page: { rows: readonly Row[]; nextCursor: string | null },
  toResponse: (row: Row) => Response,
): PageResponse<Response> {
  return { data: page.rows.map((row) => toResponse(row)), nextCursor: page.nextCursor };
}

/** Documents that a route answers a page of a response class. */
export function ApiPageOf(response: Class): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(response),
    ApiOkResponse({
      schema: {
        type: 'object',
        required: ['data', 'nextCursor'],
        properties: {
          data: { type: 'array', description: 'The rows, newest first.', items: { $ref: getSchemaPath(response) } },
          nextCursor: {
            type: 'string',
            nullable: true,
            description: 'Send it as `cursor` to read on; null on the last page.',
            example: 'MTc',
          },
        },
      },
    }),
  );
}
