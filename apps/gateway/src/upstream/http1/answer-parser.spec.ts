import { cutsOf, type ReadAnswer, readAnswer } from '../../../test/http1/read-answer.js';

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

interface Expected {
  readonly statuses?: readonly number[];
  readonly body?: string;
  /** Known complete before the connection ends. */
  readonly isOver?: boolean;
}

const summaryOf = (answer: ReadAnswer | string): unknown =>
  typeof answer === 'string'
    ? answer
    : { statuses: answer.heads.map(({ status }) => status), body: answer.body.toString('latin1') };

describe('an answer, however its bytes are cut,', () => {
  it.each<[string, string, Expected]>([
    ['of a length', `${OK}Content-Length: 5\r\n\r\nhello`, { body: 'hello' }],
    ['of no length', `${OK}Content-Length: 0\r\n\r\n`, {}],
    ['of a padded length', `${OK}content-length:\t 005 \t\r\n\r\nhello`, { body: 'hello' }],
    ['in chunks', `${CHUNKED}5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n`, { body: 'hello!' }],
    [
      'in chunks of other digits',
      `${CHUNKED}0000a\r\n0123456789\r\nB\r\nabcdefghijk\r\n000\r\n\r\n`,
      { body: '0123456789abcdefghijk' },
    ],
    [
      'in chunks that hold line ends',
      `${CHUNKED}4\r\n\r\n\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n`,
      { body: '\r\n\r\n0\r\n\r\n' },
    ],
    ['with chunk extensions', `${CHUNKED}5;a=b\r\nhello\r\n1;c="d;\\"e";f\r\n!\r\n0;last\r\n\r\n`, { body: 'hello!' }],
    ['with trailers', `${CHUNKED}5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n`, { body: 'hello' }],
    ['in no chunks', `${CHUNKED}0\r\n\r\n`, {}],
    ['in chunks, as another case says', `${OK}TRANSFER-ENCODING:CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n`, { body: 'a' }],
    ['until the end', `${OK}\r\nuntil\r\n\r\nthe end`, { body: 'until\r\n\r\nthe end', isOver: false }],
    ['of nothing until the end', `${OK}\r\n`, { isOver: false }],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nServer: old\r\n\r\nbody', { body: 'body', isOver: false }],
    ['without a reason', 'HTTP/1.1 404\r\ncontent-length: 2\r\n\r\nno', { statuses: [404], body: 'no' }],
    ['with an empty reason', 'HTTP/1.1 503 \r\ncontent-length: 0\r\n\r\n', { statuses: [503] }],
    ['without content', 'HTTP/1.1 204 No Content\r\n\r\n', { statuses: [204] }],
    ['not modified', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n', { statuses: [304] }],
    [
      'after others of the meantime',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n${OK}Content-Length: 1\r\n\r\na`,
      { statuses: [100, 103, 200], body: 'a' },
    ],
  ])('%s is read whole', (_name, text, { statuses = [200], body = '', isOver = true }) => {
    for (const pieces of cutsOf(Buffer.from(text, 'latin1'))) {
      const answer = readAnswer(pieces, true);
      expect(summaryOf(answer)).toEqual({ statuses, body });
      expect(answer).toMatchObject({ isOver: true, hasSurplus: false });
      expect(readAnswer(pieces)).toMatchObject({ isOver });
    }
  });

  it('says its headers: names in lower case, blanks around values gone, repeated ones joined, bytes as Latin-1', () => {
    const text = `${OK}X-One:\t a b \t\r\nX-Two: 1\r\nx-two:2\r\nX-Empty:\r\nX-Odd!#$%&'*+-.^_\`|~: \xe4\xff\r\nConstructor: c\r\n\r\n`;
    for (const pieces of cutsOf(Buffer.from(text, 'latin1'))) {
      const { headers } = (readAnswer(pieces) as ReadAnswer).heads[0]!;
      expect(headers).toEqual({
        ...{ 'x-one': 'a b', 'x-two': '1, 2', 'x-empty': '', constructor: 'c' },
        "x-odd!#$%&'*+-.^_`|~": 'äÿ',
      });
    }
  });

  it.each([
    ['after a length', `${OK}Content-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n`],
    ['after chunks', `${CHUNKED}1\r\na\r\n0\r\n\r\n\r\n`],
    ['after trailers', `${CHUNKED}0\r\na: b\r\n\r\n0\r\n\r\n`],
    ['in an answer that has no body', 'HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\na'],
    ['in an answer that was not modified', 'HTTP/1.1 304 Not Modified\r\n\r\na'],
    ['of length 0', `${OK}Content-Length: 0\r\n\r\na`],
  ])('tells of what came beyond its end: %s', (_name, text) => {
    expect(readAnswer([Buffer.from(text)])).toMatchObject({ isOver: true, hasSurplus: true });
  });

  it.each([
    ['before a head', ''],
    ['in a head', `${OK}Content-`],
    ['between heads', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['before a body', `${OK}Content-Length: 5\r\n\r\n`],
    ['in a body', `${OK}Content-Length: 5\r\n\r\nhell`],
    ['before a chunk', CHUNKED],
    ['in a chunk', `${CHUNKED}5\r\nhell`],
    ['after a chunk', `${CHUNKED}5\r\nhello`],
    ['before the last chunk', `${CHUNKED}5\r\nhello\r\n`],
    ['in the last chunk', `${CHUNKED}5\r\nhello\r\n0\r\n`],
    ['in trailers', `${CHUNKED}5\r\nhello\r\n0\r\na: b\r\n`],
  ])('is cut where its connection ends %s', (_name, text) => {
    for (const pieces of cutsOf(Buffer.from(text))) expect(readAnswer(pieces, true)).toBe('cut');
  });
});

describe('what is no answer', () => {
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['a page', '<html></html>\r\n\r\n'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a longer version', 'HTTP/1.10 200 OK\r\n\r\n'],
    ['its name in lower case', 'http/1.1 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['two blanks before the status', 'HTTP/1.1  200 OK\r\n\r\n'],
    ['a tab before the status', 'HTTP/1.1\t200 OK\r\n\r\n'],
    ['a control character in the reason', 'HTTP/1.1 200 O\x07K\r\n\r\n'],
    ['a bare CR in the reason', 'HTTP/1.1 200 O\rK\r\n\r\n'],
    ['a bare LF after the status line', 'HTTP/1.1 200 OK\nA: b\r\n\r\n'],
    ['an empty line first', '\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['two empty lines first', '\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
    ['another protocol that was not asked for', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['an answer of the meantime that closes', `HTTP/1.1 100 Continue\r\nConnection: close\r\n\r\n${OK}\r\n`],
    ['an answer of the meantime in HTTP/1.0', `HTTP/1.0 100 Continue\r\n\r\n${OK}\r\n`],
    ['a folded line', `${OK}A: b\r\n c\r\n\r\n`],
    ['a folded line at once', `${OK} A: b\r\n\r\n`],
    ['a blank before a colon', `${OK}A : b\r\n\r\n`],
    ['a tab before a colon', `${OK}Content-Length\t: 5\r\n\r\n`],
    ['a line without a colon', `${OK}A\r\n\r\n`],
    ['no name', `${OK}: b\r\n\r\n`],
    ['a name with a blank', `${OK}A b: c\r\n\r\n`],
    ['a name with a bracket', `${OK}A(b): c\r\n\r\n`],
    ['a name that is not ASCII', `${OK}\xc4: c\r\n\r\n`],
    ['a bare CR in a value', `${OK}A: b\rC: d\r\n\r\n`],
    ['a bare LF in a value', `${OK}A: b\nC: d\r\n\r\n`],
    ['a bare CR at the end of a value', `${OK}A: b\r\r\n\r\n`],
    ['NUL in a value', `${OK}A: b\0\r\n\r\n`],
    ['a control character in a value', `${OK}A: \x1b[0m\r\n\r\n`],
    ['DEL in a value', `${OK}A: \x7f\r\n\r\n`],
    ['both lengths', `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['two lengths', `${OK}Content-Length: 5\r\nContent-Length: 6\r\n\r\n`],
    ['one length twice', `${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\n`],
    ['a list of lengths', `${OK}Content-Length: 5, 5\r\n\r\n`],
    ['a length and none', `${OK}Content-Length: 5\r\nContent-Length:\r\n\r\n`],
    ['an empty length', `${OK}Content-Length:\r\n\r\n`],
    ['a negative length', `${OK}Content-Length: -1\r\n\r\n`],
    ['a length with a plus', `${OK}Content-Length: +5\r\n\r\n`],
    ['a length with a point', `${OK}Content-Length: 5.0\r\n\r\n`],
    ['a length with an exponent', `${OK}Content-Length: 1e3\r\n\r\n`],
    ['a length in hexadecimal', `${OK}Content-Length: 0x5\r\n\r\n`],
    ['a length with a blank', `${OK}Content-Length: 5 0\r\n\r\n`],
    ['a length beyond all numbers', `${OK}Content-Length: 18446744073709551621\r\n\r\n`],
    ['an overlong length', `${OK}Content-Length: 0000000000000005\r\n\r\n`],
    [
      'a length and chunks where there is no body',
      'HTTP/1.1 204 No\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['another coding', `${OK}Transfer-Encoding: gzip\r\n\r\n`],
    ['chunks, then another coding', `${OK}Transfer-Encoding: chunked, gzip\r\n\r\n`],
    ['another coding, then chunks', `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    ['chunks twice', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    ['chunks and identity', `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n`],
    ['an empty coding', `${OK}Transfer-Encoding:\r\n\r\n`],
    ['a coding that only begins like chunks', `${OK}Transfer-Encoding: chunkedx\r\n\r\n`],
    ['a quoted coding', `${OK}Transfer-Encoding: "chunked"\r\n\r\n`],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['no chunk size', `${CHUNKED}\r\nhello\r\n0\r\n\r\n`],
    ['an empty chunk size with an extension', `${CHUNKED};a\r\n0\r\n\r\n`],
    ['a negative chunk size', `${CHUNKED}-5\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size with a plus', `${CHUNKED}+5\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size with a prefix', `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size with a blank before', `${CHUNKED} 5\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size with a blank after', `${CHUNKED}5 \r\nhello\r\n0\r\n\r\n`],
    ['a chunk size that is none', `${CHUNKED}g\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size with an underscore', `${CHUNKED}1_0\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size beyond all numbers', `${CHUNKED}10000000000000005\r\nhello\r\n0\r\n\r\n`],
    ['an overlong chunk size', `${CHUNKED}00000000000005\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size that ends in a bare LF', `${CHUNKED}5\nhello\r\n0\r\n\r\n`],
    ['a chunk size that ends in a bare CR', `${CHUNKED}5\rhello\r\n0\r\n\r\n`],
    ['a bare LF in a chunk extension', `${CHUNKED}5;a\nhello\r\n0\r\n\r\n`],
    ['a bare CR in a chunk extension', `${CHUNKED}5;a\rb\r\nhello\r\n0\r\n\r\n`],
    ['a chunk size that ends in another character and LF', `${CHUNKED}5 \nhello\r\n0\r\n\r\n`],
    ['a chunk that ends in another character and LF', `${CHUNKED}5\r\nhello \n0\r\n\r\n`],
    ['a blank before a chunk extension', `${CHUNKED}5 ;a\r\nhello\r\n0\r\n\r\n`],
    ['a blank in a chunk extension', `${CHUNKED}5; a\r\nhello\r\n0\r\n\r\n`],
    ['a chunk extension without a name', `${CHUNKED}5;\r\nhello\r\n0\r\n\r\n`],
    ['a chunk extension that is not closed', `${CHUNKED}5;a="b\r\nhello\r\n0\r\n\r\n`],
    ['NUL in a chunk extension', `${CHUNKED}5;\0\r\nhello\r\n0\r\n\r\n`],
    ['a chunk that is longer than its size', `${CHUNKED}4\r\nhello\r\n0\r\n\r\n`],
    ['a chunk that is shorter than its size', `${CHUNKED}6\r\nhello\r\n0\r\n\r\n`],
    ['a chunk that ends in a bare LF', `${CHUNKED}5\r\nhello\n0\r\n\r\n`],
    ['a chunk that ends in two characters', `${CHUNKED}5\r\nhelloxx0\r\n\r\n`],
    ['a trailer that is none', `${CHUNKED}0\r\nhello\r\n\r\n`],
    ['a folded trailer', `${CHUNKED}0\r\na: b\r\n c\r\n\r\n`],
    ['a bare LF after a trailer', `${CHUNKED}0\r\na: b\n\r\n`],
    ['a bare LF after the last chunk', `${CHUNKED}0\r\n\n\r\n`],
    ['a bare CR in a trailer', `${CHUNKED}0\r\na: b\rc: d\r\n\r\n`],
  ])('is known by %s', (_name, text) => {
    for (const pieces of cutsOf(Buffer.from(text, 'latin1'))) expect(readAnswer(pieces)).toBe('malformed');
  });

  it.each([
    ['lines that end in a bare LF', 'HTTP/1.1 502 Bad Gateway\nServer: a\n\n'],
    ['one such line among others', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n'],
    ['the greeting of another protocol', 'SSH-2.0-a\r\n'],
    ['a frame of HTTP/2', '\0\0\x06\x04\0\0\0\0\0'],
    ['another version', 'HTTP/2'],
    ['its first byte', 'x'],
    ['a head that begins like another', 'HTTP/1.1 100 Continue\r\n\r\nH2'],
  ])('is known before a head has ended by %s', (_name, text) => {
    for (const pieces of cutsOf(Buffer.from(text, 'latin1'))) expect(readAnswer(pieces)).toBe('malformed');
  });

  it('is refused after an answer of the meantime too', () => {
    expect(readAnswer([Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20')])).toMatchObject({ isOver: false });
    expect(readAnswer([Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20\r\n\r\n')])).toBe('malformed');
  });
});

describe('how long a connection may lie idle', () => {
  const idleMsOf = (head: string): number => {
    const { heads } = readAnswer([Buffer.from(`${head}\r\n\r\n`)]) as ReadAnswer;
    return heads.at(-1)!.keepAliveMs;
  };

  it.each([
    ['as it is not limited', 'HTTP/1.1 200 OK', Infinity],
    ['a second less than the upstream keeps it', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5', 4_000],
    ['among other hints', 'HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nKeep-Alive: max=99, Timeout=60', 59_000],
    ['as another hint says nothing of it', 'HTTP/1.1 200 OK\r\nKeep-Alive: max=5, xtimeout=1', Infinity],
    ['not, where the upstream keeps it for a second', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1', 0],
    ['not, where the upstream does not keep it', 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0', 0],
    ['not, as the upstream closes it', 'HTTP/1.1 200 OK\r\nConnection: close', 0],
    ['not, as one of several options says', 'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nConnection: x , Close', 0],
    ['as no option says otherwise', 'HTTP/1.1 200 OK\r\nConnection: closed', Infinity],
    ['not in HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0', 0],
    ['in HTTP/1.0 that says so', 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0', Infinity],
    ['not in HTTP/1.0 that says both', 'HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0', 0],
    ['after no content', 'HTTP/1.1 204 No Content', Infinity],
    ['not after no content that has a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5', 0],
    ['not after no content in chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked', 0],
    ['after no content of no length', 'HTTP/1.1 204 No Content\r\nContent-Length: 0', Infinity],
  ])('%s', (_name, head, idleMs) => {
    expect(idleMsOf(head)).toBe(idleMs);
  });
});
