import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { ContentHarness, ScriptedDialer } from '../../test/content-harness.js';
import { selfSigned } from '../../test/self-signed.js';

const trusted = selfSigned('cdn.example');
const stranger = selfSigned('stranger.example');

describe('content over TLS', () => {
  const authorities = getCACertificates();
  const names: (string | false | null)[] = [];
  let server: Server;
  let harness: ContentHarness;

  async function open(credentials: typeof trusted): Promise<number> {
    server = createServer(credentials, ({ socket }, response) => {
      names.push((socket as TLSSocket).servername);
      response.writeHead(200, { 'content-type': 'video/mp4' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const inside = { 'cdn.example': [['127.0.0.1']], 'other.example': [['127.0.0.1']] };
    const allowed = ['cdn.example', 'other.example', '127.0.0.1'].map((host) => `${host}:${port}`);
    harness = new ContentHarness(new ScriptedDialer(inside), allowed);
    await harness.start();
    return port;
  }

  beforeAll(() => setDefaultCACertificates([...authorities, trusted.cert]));
  beforeEach(() => (names.length = 0));
  afterEach(async () => {
    await harness.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  afterAll(() => setDefaultCACertificates(authorities));

  it('is asked for by the name that the URL says, and taken from who proves to be it', async () => {
    const port = await open(trusted);
    expect(await harness.fetchCode({ url: `https://cdn.example:${port}/` })).toBe('200 undefined null');
    expect(names).toEqual(['cdn.example']);
  });

  it.each(['other.example', '127.0.0.1'])('is not taken from who proves to be another than %s', async (host) => {
    const port = await open(trusted);
    expect(await harness.fetchCode({ url: `https://${host}:${port}/` })).toBe('502 content_fetch_failed true');
    expect(names).toEqual([]);
  });

  it('is not taken from whom nobody vouches for', async () => {
    const port = await open(stranger);
    expect(await harness.fetchCode({ url: `https://cdn.example:${port}/` })).toBe('502 content_fetch_failed true');
    expect(names).toEqual([]);
  });
});
