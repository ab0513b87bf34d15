export { ERROR_CATALOGUE, isErrorCode } from './catalogue.js';
export type { ErrorCode, ErrorEntry } from './catalogue.js';
export { DomainError } from './domain-error.js';
export type { DomainErrorOptions } from './domain-error.js';
export { ERROR_TYPES } from './error-type.js';
export type { ErrorStatus, ErrorType } from './error-type.js';
