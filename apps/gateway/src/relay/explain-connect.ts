/** What Node and OpenSSL call a certificate that does not prove who answers. */
const CERTIFICATE = /^(?:CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;
const NO_TLS = /^(?:EPROTO$|ERR_SSL_)/;
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nobody answers at the address.',
  ENOTFOUND: 'The name in the address is not known.',
  EAI_AGAIN: 'The name in the address cannot be looked up now.',
};

/** Says why no connection came about, so that an administrator knows what to mend; names no host. */
export function explainConnect(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code === undefined) return 'No connection comes about.';
  if (CERTIFICATE.test(code)) return `The certificate of the upstream is not accepted (${code}).`;
  if (NO_TLS.test(code)) return `The upstream does not speak TLS as it must (${code}).`;
  return SENTENCES[code] ?? `No connection comes about (${code}).`;
}
