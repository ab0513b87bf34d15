/** The text in base64 bytes of UTF-8; what is none becomes U+FFFD. */
export function decodeText(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}
