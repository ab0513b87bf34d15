import { HostAllowList } from './host-allow-list.js';
import { findPublicUrlProblem, readForeignUrl } from './read-foreign-url.js';

const read = (text: string, allowed: readonly string[] = []) => readForeignUrl(text, HostAllowList.parse(allowed));
const problem = (text: string, allowed: readonly string[] = []) => {
  const reading = read(text, allowed);
  return 'problem' in reading ? reading.problem : '';
};

describe('a URL from elsewhere', () => {
  it.each([
    'https://cdn.example.com/a.mp4?X-Signature=abc%2Fdef',
    'https://cdn.example.com:8443/a.mp4',
    'https://8.8.8.8/a.mp4',
    'https://[2606:2800:220:1::1]/a.mp4',
    'https://xn--bcher-kva.example/a',
  ])('is taken: %s', (text) => expect(problem(text)).toBe(''));

  it.each([
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f000001/', 'https://0x7f.1/', 'https://0177.0.0.1/'],
    ...[
      'https://127.1/',
      'https://127.0.0.1./',
      'https://017700000001/',
      'https://①②⑦.⓪.⓪.①/',
      'https://127。0。0。1/',
    ],
    ...['https://10.1.2.3/', 'https://172.31.0.1/', 'https://192.168.1.1/', 'https://169.254.169.254/', 'https://0/'],
    ...['https://[::1]/', 'https://[::]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:a9fe:a9fe]/'],
    ...[
      'https://[::127.0.0.1]/',
      'https://[::ffff:0:7f00:1]/',
      'https://[64:ff9b::7f00:1]/',
      'https://[2002:7f00:1::]/',
    ],
    ...['https://[2001:0:7f00:1::]/', 'https://[fd00::1]/', 'https://[fe80::1]/', 'https://[ff02::1]/'],
    ...[
      'https://localhost/',
      'https://LOCALHOST./',
      'https://a.localhost/',
      'https://printer.local/',
      'https://intranet/',
    ],
    ...['https://metadata.google.internal/', 'https://nas.home.arpa/'],
  ])('does not lead inside: %s', (text) => expect(problem(text)).toBe(' must lead to a public address.'));

  it.each([
    ['http://cdn.example.com/a.mp4', ' must begin with https://.'],
    ['http://169.254.169.254/latest/meta-data', ' must begin with https://.'],
    ['ftp://cdn.example.com/', ' must begin with https://.'],
    ['file:///etc/passwd', ' must begin with https://.'],
    ['gopher://cdn.example.com/', ' must begin with https://.'],
    ['data:video/mp4;base64,AAAA', ' must begin with https://.'],
    ['https://user:secret@cdn.example.com/', ' must not hold credentials.'],
    ['https://8.8.8.8@127.0.0.1/', ' must not hold credentials.'],
    ['https://cdn.example.com:22/', ' must have port 443, or one above 1023 that is meant for the web.'],
    ['https://cdn.example.com:80/', ' must have port 443, or one above 1023 that is meant for the web.'],
    ['https://cdn.example.com:6667/', ' must have port 443, or one above 1023 that is meant for the web.'],
    ['//cdn.example.com/a', ' must be an absolute URL.'],
    ['https://cdn.example.com\\@127.0.0.1/', ' must be an absolute URL.'],
    ['https://cdn.exam\tple.com/', ' must be an absolute URL.'],
    ['https://[fe80::1%25eth0]/', ' must be an absolute URL.'],
    ['https://256.256.256.256/', ' must be an absolute URL.'],
    [`https://cdn.example.com/${'a'.repeat(8_192)}`, ' must be an absolute URL.'],
    ['', ' must be an absolute URL.'],
  ])('is refused: %s', (text, expected) => expect(problem(text)).toBe(expected));

  it('may lie anywhere and do without TLS where its host and port are listed, and nowhere else', () => {
    const allowed = ['10.0.0.5:9000', '[fd00::5]:80', 'Media.Internal:443'];
    expect(problem('http://10.0.0.5:9000/a', allowed)).toBe('');
    expect(problem('https://10.0.0.5:9000/a', allowed)).toBe('');
    expect(problem('http://0xa000005:9000/a', allowed)).toBe('');
    expect(problem('http://[fd00:0::5]/a', allowed)).toBe('');
    expect(problem('https://media.internal/a', allowed)).toBe('');
    expect(problem('http://10.0.0.5:9001/a', allowed)).not.toBe('');
    expect(problem('https://10.0.0.5/a', allowed)).not.toBe('');
    expect(problem('http://media.internal/a', allowed)).not.toBe('');
    expect(problem('http://user@10.0.0.5:9000/a', allowed)).toBe(' must not hold credentials.');
  });
});

describe('a list of hosts', () => {
  it.each(['10.0.0.5', 'http://10.0.0.5:9000', '10.0.0.5:9000/', 'fd00::5:80', '*:80', 'host:99999', ':80', 'a@b:80'])(
    'names what is no host and port: %s',
    (text) => expect(() => HostAllowList.parse(['a.example:1', text])).toThrow(text),
  );
});

describe('a URL that somebody else is to fetch', () => {
  it.each([
    ...['https://cdn.example.com/a b.png', 'http://cdn.example.com:8080/a', 'http://8.8.8.8/a', 'HTTP://8.8.8.8:81'],
    ...['https://[2606:2800:220:1::1]/a', ' https://cdn.example.com/a', 'https://bücher.example/a'],
  ])('is taken: %s', (text) => expect(findPublicUrlProblem(text)).toBeUndefined());

  it.each([
    ...['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://127.1:8000/', 'http://127%2e0.0.1/'],
    ...[
      'http://10.1.2.3/',
      'http://192.168.1.1/',
      'http://169.254.169.254/latest/meta-data',
      'http://0/',
      'http://①②⑦.1/',
    ],
    ...['http://[::1]/', 'http://[::ffff:a9fe:a9fe]/', 'http://[fd00::1]/', 'http://[fe80::1]/'],
    ...['http://localhost:8000/', 'http://LOCALHOST./', 'http://a.localhost/', 'http://postgres/', 'http://nas.local/'],
    ...['http:127.0.0.1', 'http://metadata.google.internal/', 'http://kubernetes.default.svc/', 'http://localhost../'],
    // Public as browsers read them, and 127.0.0.1 for those who read octal numbers as decimal ones.
    ...['http://0127.0.0.1/', 'http://0127.0.0.1/?://87.0.0.1', 'http://134744072/'],
  ])('does not lead inside: %s', (text) => expect(findPublicUrlProblem(text)).toBe('must lead to a public address'));

  it.each([
    ['file:///etc/passwd', 'must begin with https:// or http://'],
    ['gopher://cdn.example.com/', 'must begin with https:// or http://'],
    ['http://8.8.8.8@127.0.0.1/', 'must not hold credentials'],
    ['http://cdn.example.com\\@127.0.0.1/', 'must be an absolute URL'],
    ['http://cdn.example.com/\n', 'must be an absolute URL'],
    ['/etc/passwd', 'must be an absolute URL'],
    [`https://cdn.example.com/${'a'.repeat(8_192)}`, 'must be an absolute URL'],
  ])('is refused: %j', (text, problem) => expect(findPublicUrlProblem(text)).toBe(problem));
});
