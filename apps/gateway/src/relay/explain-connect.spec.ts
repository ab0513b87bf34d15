import { explainConnect } from './explain-connect.js';

const failing = (code: string): Error => Object.assign(new Error('host.example'), { code });

describe('why no connection came about', () => {
  it.each([
    ['ECONNREFUSED', 'Nobody answers at the address.'],
    ['ENOTFOUND', 'The name in the address is not known.'],
    ['EAI_AGAIN', 'The name in the address cannot be looked up now.'],
    ['EPROTO', 'The upstream does not speak TLS as it must (EPROTO).'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'The upstream does not speak TLS as it must (ERR_SSL_WRONG_VERSION_NUMBER).'],
    ['EHOSTUNREACH', 'No connection comes about (EHOSTUNREACH).'],
  ])('after %s is told', (code, sentence) => expect(explainConnect(failing(code))).toBe(sentence));

  it.each([
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
  ])('is the certificate after %s', (code) =>
    expect(explainConnect(failing(code))).toBe(`The certificate of the upstream is not accepted (${code}).`),
  );

  it('is not known without a code', () => {
    for (const cause of [undefined, null, new Error('host.example')])
      expect(explainConnect(cause)).toBe('No connection comes about.');
  });
});
