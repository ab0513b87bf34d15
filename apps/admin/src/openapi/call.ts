import type { OpenAPIObject } from '@nestjs/swagger';

/** The methods of the admin API. */
export const METHODS = ['get', 'post', 'patch', 'delete'] as const;

/** One of them. */
export type Method = (typeof METHODS)[number];

/** A call as the document describes it. */
export type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** Where a call stands. */
export interface Place {
  readonly path: string;
  readonly method: Method;
}
