interface PostgresError {
  readonly code?: string;
  readonly constraint?: string;
  readonly driverError?: PostgresError;
}

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

/** True where the database refused a duplicate (of the named constraint, if one is named). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, UNIQUE_VIOLATION, constraint);
}

/** True where the database refused a reference to a row that is not there, or the removal of a row that is referred to. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return isViolation(error, FOREIGN_KEY_VIOLATION, constraint);
}

function isViolation(error: unknown, code: string, constraint?: string): boolean {
  const refusal = (error as PostgresError | undefined)?.driverError ?? (error as PostgresError | undefined);
  return refusal?.code === code && (constraint === undefined || refusal.constraint === constraint);
}
