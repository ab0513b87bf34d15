/** A multiple of three, so that pieces join without padding between them. */
const PIECE_BYTES = 24_576;

/** Bytes in base64. */
export function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += PIECE_BYTES)
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(from, from + PIECE_BYTES))));
  return pieces.join('');
}
