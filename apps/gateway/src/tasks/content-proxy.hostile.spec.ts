import { ContentHarness, ResultServer, ScriptedDialer, Trap } from '../../test/content-harness.js';

const PUBLIC = '93.184.216.34';
const REFUSED = '502 content_fetch_failed false';

describe('content whose URL is hostile', () => {
  const trap = new Trap();
  const server = new ResultServer();
  const other = new ResultServer();
  const closed = new Trap();
  let harness: ContentHarness | undefined;

  async function open(dialer: ScriptedDialer): Promise<ContentHarness> {
    harness = new ContentHarness(dialer, [server.host]);
    await harness.start();
    return harness;
  }

  beforeAll(async () => {
    await Promise.all([trap.start(), server.start(), other.start(), closed.start()]);
  });
  afterEach(async () => {
    await harness?.stop();
    expect(trap.connections).toBe(0);
  });
  afterAll(async () => {
    await Promise.all([trap.stop(), server.stop(), other.stop(), closed.stop()]);
  });

  const HOSTS = [
    ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1', '017700000001', '127.0.0.1.'],
    ...['localhost', 'localhost.', 'sub.localhost', '0', '0.0.0.0', '10.0.0.1', '172.16.0.1', '192.168.0.1'],
    ...['100.64.0.1', '169.254.169.254', '2852039166', '0xa9fea9fe', '169.254.170.2', '198.18.0.1', '224.0.0.1'],
    ...['255.255.255.255', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[::7f00:1]'],
    ...['[::ffff:0:127.0.0.1]', '[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::7f00:1]'],
    ...['[2002:7f00:1::]', '[2002:a9fe:a9fe::1]', '[2001:0:7f00:1::]', '[fd00:ec2::254]', '[fe80::1]', '[fec0::1]'],
    ...['[ff02::1]', '[100::1]', '[2001:db8::1]', 'inside.example', 'mapped.example', 'both.example', 'six.example'],
  ];
  const NAMES = (): Record<string, string[][]> => ({
    'inside.example': [['10.0.0.7']],
    'mapped.example': [['::ffff:127.0.0.1']],
    'both.example': [[PUBLIC, '127.0.0.1']],
    'six.example': [[PUBLIC, '::1']],
  });

  it.each(HOSTS)('is not fetched from %s, over https or http', async (host) => {
    const dialer = new ScriptedDialer(NAMES());
    const content = await open(dialer);
    for (const scheme of ['https', 'http'])
      expect(await content.fetchCode({ url: `${scheme}://${host}:${trap.port}/secret` })).toBe(REFUSED);
    expect(dialer.connected).toEqual([]);
  });

  it.each(HOSTS)('is not fetched from %s where a redirect leads there', async (host) => {
    const dialer = new ScriptedDialer(NAMES());
    const content = await open(dialer);
    for (const scheme of ['https', 'http']) {
      server.answer = (_request, response) => {
        response.writeHead(302, { location: `${scheme}://${host}:${trap.port}/secret` }).end();
      };
      expect(await content.fetchCode({ url: `http://${server.host}/start` })).toBe(REFUSED);
    }
    expect(dialer.connected).toHaveLength(2);
  });

  it('is not fetched where a redirect that names no scheme or credentials leads inside', async () => {
    const content = await open(new ScriptedDialer());
    for (const location of [
      `//127.0.0.1:${trap.port}/`,
      `http://x@${server.host}/`,
      'file:///etc/passwd',
      'http://[',
    ]) {
      server.answer = (_request, response) => void response.writeHead(307, { location }).end();
      expect(await content.fetchCode({ url: `http://${server.host}/start` })).toBe(REFUSED);
    }
  });

  it('is fetched from the address that was judged, though the name has another one a moment later', async () => {
    const nobody = { host: '127.0.0.1', port: closed.port };
    await closed.stop();
    const dialer = new ScriptedDialer({ 'fickle.example': [[PUBLIC], ['127.0.0.1']] }, nobody);
    const content = await open(dialer);
    const source = { url: `https://fickle.example:${trap.port}/` };
    expect(await content.fetchCode(source)).toBe('502 content_fetch_failed true');
    expect(dialer.connected).toEqual([`${PUBLIC} ${trap.port}`]);
    expect(dialer.resolved).toEqual(['fickle.example']);
    expect(await content.fetchCode(source)).toBe(REFUSED);
    expect(dialer.connected).toHaveLength(1);
    await closed.start();
  });

  it('is not taken from a connection that leads elsewhere than was judged: nothing is said there', async () => {
    const dialer = new ScriptedDialer({ 'cdn.example': [[PUBLIC]] }, { host: '127.0.0.1', port: closed.port });
    const content = await open(dialer);
    expect(await content.fetchCode({ url: 'https://cdn.example/' })).toBe(REFUSED);
    expect(closed).toMatchObject({ connections: 1, bytes: 0 });
  });

  it('follows three redirects and no fourth', async () => {
    const content = await open(new ScriptedDialer());
    const hops = (count: number) => {
      server.answer = ({ url = '' }, response) => {
        const hop = Number(url.slice(1));
        if (hop < count) response.writeHead(302, { location: `/${hop + 1}` }).end();
        else response.writeHead(200, { 'content-type': 'video/mp4' }).end('{}');
      };
      return content.fetchCode({ url: `http://${server.host}/0` });
    };
    expect(await hops(3)).toBe('200 undefined null');
    expect(await hops(4)).toBe(REFUSED);
  });

  it('shows credentials to their own origin, and to nobody after a redirect has left it', async () => {
    harness = new ContentHarness(new ScriptedDialer(), [server.host, other.host]);
    await harness.start();
    const back = `http://${server.host}/back`;
    server.answer = ({ url }, response) => {
      if (url === '/back') return void response.end('{}');
      const location = url === '/1' ? '/2' : `http://${other.host}/3`;
      return void response.writeHead(302, { location }).end();
    };
    other.answer = (_request, response) => void response.writeHead(302, { location: back }).end();
    server.requests.length = 0;
    const credential = { origin: `http://${server.host}`, headers: { authorization: 'Bearer sk-fake' } };
    await harness.fetchCode({ url: `http://${server.host}/1`, credential });
    await harness.fetchCode({ url: `http://${other.host}/0`, credential });
    const seen = server.requests.map(({ url, headers }) => `${url} ${headers.authorization ?? 'none'}`);
    expect(seen).toEqual(['/1 Bearer sk-fake', '/2 Bearer sk-fake', '/back none', '/back none']);
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it("may lie inside where it was put together from a channel's base URL, but does not lead on from there", async () => {
    harness = new ContentHarness(new ScriptedDialer(), []);
    await harness.start();
    const credential = { origin: `http://${server.host}`, headers: {} };
    const source = { url: `http://${server.host}/v1/videos/x/content`, isChannelUrl: true, credential };
    server.answer = (_request, response) => void response.end('{}');
    expect(await harness.fetchCode(source)).toBe('200 undefined null');
    server.answer = (_request, response) => void response.writeHead(302, { location: '/elsewhere' }).end();
    expect(await harness.fetchCode(source)).toBe(REFUSED);
    for (const path of [`@127.0.0.1:${trap.port}/`, `.example@127.0.0.1:${trap.port}/`, `0/`])
      expect(await harness.fetchCode({ ...source, url: `http://${server.host}${path}` })).toBe(REFUSED);
  });
});
