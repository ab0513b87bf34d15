import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';
import type { FastifyRequest } from 'fastify';
import { type FormFile, MultipartForm } from '../relay/multipart/multipart-form.js';
import { invalid } from './body-reader.js';
import { jsonBodyOf } from './json-body.js';

/** What a request says, whichever way its body came. */
export interface RequestFields {
  /** From a form every value is a string (or lists and objects of strings): `n` is `"2"`. */
  readonly fields: JsonObject;
  /** None where the body is JSON. */
  readonly files: readonly FormFile[];
  /** The form itself, undefined where the body is JSON. */
  readonly form: MultipartForm | undefined;
}

/** The form of a request that must come as one. Throws `invalid_request` where it came as JSON or without a body. */
export function formOf({ body }: FastifyRequest): MultipartForm {
  if (body instanceof MultipartForm) return body;
  throw new DomainError('invalid_request', 'no form', { message: 'The body must be multipart/form-data.' });
}

/** Fields and files of a request that may come as JSON or as a form with the same fields. Throws `invalid_request` where it has no body. */
export function fieldsOf(request: FastifyRequest): RequestFields {
  const { body } = request;
  if (body instanceof MultipartForm) return { fields: body.fields, files: body.files, form: body };
  return { fields: jsonBodyOf(request), files: [], form: undefined };
}

/**
 * Throws `invalid_request` for a file whose field takes none. Such a part would go upstream as it came, and what takes a file for a value
 * there would read what nobody read here: a number of pictures, a tier.
 */
export function assertFileFields(files: readonly FormFile[], known: ReadonlySet<string>): void {
  const unknown = files.find(({ field }) => !known.has(field));
  if (unknown) throw invalid(unknown.field.slice(0, 100), 'is no field for a file');
}
