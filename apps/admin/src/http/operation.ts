import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';

/** What the OpenAPI document says of a call beyond its summary. */
export interface OperationOptions {
  /** What an integrator wants to know before calling. */
  readonly details?: string;
  /** Reasons for refusals that not every such call has, by status. */
  readonly refusals?: Readonly<Partial<Record<400 | 409 | 501, string>>>;
}

/** Says what a call does; `describeOperation` adds what follows from its method and path. */
export function Operation(summary: string, { details, refusals = {} }: OperationOptions = {}): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary, ...(details !== undefined && { description: details }) }),
    ...Object.entries(refusals).map(([status, description]) => ApiResponse({ status: Number(status), description })),
  );
}
