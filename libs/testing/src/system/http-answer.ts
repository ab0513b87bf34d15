/** An HTTP answer that was read to its end. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON body, undefined where the body is not JSON. */
  body: unknown;
  /** `error.code` of an error body. */
  code: string | undefined;
}

/** Sends a request and reads the whole answer; never throws for a status. */
export async function send(url: string, init: RequestInit): Promise<HttpAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const body = parseJson(text);
  const code = (body as { error?: { code?: string } } | undefined)?.error?.code;
  return { status: response.status, headers: response.headers, text, body, code };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
