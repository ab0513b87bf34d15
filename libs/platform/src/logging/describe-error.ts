const MESSAGE_LENGTH_MAX = 500;
const FRAMES_MAX = 6;
const CAUSES_MAX = 3;

/** What the log may hold of a foreign error: never its properties, which may carry parameters, headers or keys. */
export interface ErrorDescription {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  /** Where it was thrown, innermost first: file name and line only. */
  readonly at: readonly string[];
  readonly cause?: ErrorDescription;
}

/** Describes anything that was thrown, in bounded length. */
export function describeError(error: unknown, depth = 1): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, message: 'not an Error', at: [] };
  const code = (error as { code?: unknown }).code;
  return {
    name: error.name,
    ...(typeof code === 'string' && { code }),
    message: error.message.slice(0, MESSAGE_LENGTH_MAX),
    at: framesOf(error),
    ...(error.cause !== undefined && depth < CAUSES_MAX && { cause: describeError(error.cause, depth + 1) }),
  };
}

function framesOf(error: Error): string[] {
  const frames = error.stack?.matchAll(/\/([^/()\s]+:\d+):\d+\)?$/gm) ?? [];
  return [...frames].slice(0, FRAMES_MAX).map(([, place]) => place ?? '');
}
