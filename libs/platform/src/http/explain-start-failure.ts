interface SystemError {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly message?: string;
  readonly errors?: readonly unknown[];
}

/** One sentence about why a process could not start, or do the one thing it was started for; holds no secret and no stack. */
export function explainStartFailure(error: unknown, what = 'start'): string {
  const { code, syscall, address, port, message, errors } = (error ?? {}) as SystemError;
  const place = `${address ?? 'address'}${port === undefined ? '' : `:${port}`}`;
  if (syscall === 'listen' || syscall === 'bind') {
    if (code === 'EADDRINUSE') return `Cannot listen on ${place}: another program uses this port.`;
    if (code === 'EADDRNOTAVAIL') return `Cannot listen on ${place}: this machine does not have this address.`;
    if (code === 'EACCES') return `Cannot listen on ${place}: this port needs more rights.`;
    return `Cannot listen on ${place} (${code ?? 'unknown reason'}).`;
  }
  // A name with several addresses fails with one error for each.
  if (errors?.[0] !== undefined) return explainStartFailure(errors[0], what);
  if (syscall === 'connect')
    return `Cannot reach the database at ${place} (${code ?? 'unknown reason'}); check DATABASE_URL.`;
  if (syscall === 'getaddrinfo') return 'Cannot find the host of the database; check DATABASE_URL.';
  if (code === '28P01' || code === '28000') return 'The database refuses the user or password of DATABASE_URL.';
  if (code === '3D000') return 'The database named in DATABASE_URL does not exist.';
  return `Cannot ${what}: ${(message ?? 'unknown reason').split('\n', 1)[0]}`;
}
