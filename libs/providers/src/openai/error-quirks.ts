/** How a provider's refusals are worded, where that differs from OpenAI's. */
export interface ErrorQuirks {
  /** Its codes, by the code of OpenAI's that says the same. */
  readonly codes?: Readonly<Record<string, string>>;
  /** Its statuses, by the one that says the same elsewhere. */
  readonly statuses?: Readonly<Record<number, number>>;
}

/** A refusal in OpenAI's words: the status, and the body with its code exchanged. */
export function translateError(status: number, body: unknown, quirks: ErrorQuirks = {}): readonly [number, unknown] {
  const { codes = {}, statuses = {} } = quirks;
  const translated = statuses[status] ?? status;
  const code = codeOf(body);
  if (code === undefined || !Object.hasOwn(codes, code)) return [translated, body];
  const { error } = body as { error?: unknown };
  const said = typeof error === 'object' && error !== null ? error : (body as object);
  return [translated, { error: { ...said, code: codes[code] } }];
}

function codeOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { error, code: topCode } = body as { error?: unknown; code?: unknown };
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : topCode;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : undefined;
}
