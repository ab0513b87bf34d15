import { readGenerateCall, readStreamCall } from './request.js';

const STORED = { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/a' } };
const hello = [{ role: 'user', parts: [{ text: 'Hello' }] }];
const request = { bodyBytes: 100, headers: {}, query: {} };
const read = (fields: object) => readGenerateCall({ model: 'm', body: { contents: hello, ...fields }, request });
const withPart = (part: object) => read({ contents: [{ role: 'user', parts: [part] }] });
const withConfig = (generationConfig: object) => read({ generationConfig });

describe('what a request of generateContent may cost', () => {
  it('is bounded by its bytes, its limit and the number of its candidates', () => {
    expect(read({})).toMatchObject({ inputTokensMax: 100, choices: 1, outputTokensFloor: 256, isStream: false });
    expect(withConfig({ maxOutputTokens: 50, candidateCount: 3 })).toMatchObject({ outputTokensMax: 50, choices: 3 });
  });

  it('holds what thinking may take besides, where that has a number', () => {
    const floors = [2_000, 0, -1].map((budget) => withConfig({ thinkingConfig: { thinkingBudget: budget } }));
    expect(floors.map(({ outputTokensFloor }) => outputTokensFloor)).toEqual([2_256, 256, 256]);
  });

  it.each([
    ['a picture', { inlineData: { mimeType: 'image/png', data: 'AA==' } }],
    ['an address', { fileData: { fileUri: 'https://a.example/a.pdf', mimeType: 'application/pdf' } }],
    ['a picture in a result', { functionResponse: { name: 'f', parts: [{ inlineData: { mimeType: 'image/png' } }] } }],
  ])('has no bound but the context where %s is in it', (_, part) => {
    expect(withPart(part).inputTokensMax).toBeNull();
    expect(withPart(part).priceKinds).not.toContain('audioInputPerMillion');
  });

  it.each(['image/png', 'text/plain; charset=utf-8', 'application/pdf', 'Application/X-Javascript'])(
    'needs no price for sound where there can be none: %s',
    (mimeType) => {
      const { priceKinds, excludedKinds } = withPart({ inlineData: { mimeType, data: 'AA==' } });
      expect(priceKinds).not.toContain('audioInputPerMillion');
      expect(excludedKinds).toContain('audioInputPerMillion');
    },
  );

  it.each([
    ...['audio/wav', 'video/mp4', ' audio/wav', 'application/ogg', 'application/octet-stream', 'text/plain;audio/wav'],
    ...['image/png\naudio/wav', '', undefined],
  ])('needs a price for sound where there may be some: %s', (mimeType) => {
    const { priceKinds } = withPart({ fileData: { fileUri: 'https://a.example/a', ...(mimeType && { mimeType }) } });
    expect(priceKinds).toContain('audioInputPerMillion');
  });

  it.each(['https://www.youtube.com/watch?v=a', 'https://youtu.be/a', 'https://m.youtube.com./shorts/a'])(
    'needs a price for sound where the address is that of a film, whatever it is said to be: %s',
    (fileUri) => {
      const { priceKinds } = withPart({ fileData: { fileUri, mimeType: 'image/png' } });
      expect(priceKinds).toContain('audioInputPerMillion');
    },
  );

  it('is not read into what is the client’s own', () => {
    const own = { parts: [STORED, 'x'], fileData: { fileUri: 'files/a' } };
    for (const part of [{ text: 'x', partMetadata: own }, { functionCall: { name: 'f', args: own } }])
      expect(withPart(part).inputTokensMax).toBe(100);
    expect(withPart({ functionResponse: { name: 'f', response: own } }).inputTokensMax).toBe(100);
  });

  it('needs a price for what is answered in other than text', () => {
    const { priceKinds, excludedKinds } = withConfig({ responseModalities: ['TEXT', 'IMAGE'] });
    expect(priceKinds).toContain('imageOutputPerMillion');
    expect(excludedKinds).toEqual(['imageInputPerMillion', 'audioInputPerMillion', 'audioOutputPerMillion']);
  });

  it('needs a price for what the provider runs, by the field that asks for it, and for a tier', () => {
    const tools = [
      { functionDeclarations: [{ name: 'f' }] },
      { googleSearch: {}, codeExecution: {} },
      { computerUse: {} },
    ];
    expect(read({ tools })).toMatchObject({
      hostedTools: [
        { tools: [{ name: 'googleSearch', countedAs: 'googleSearch' }], soldBy: 'request' },
        { tools: [{ name: 'codeExecution', countedAs: 'codeExecution' }], soldBy: 'request' },
      ],
      inputTokensMax: null,
    });
    const tiers = ['flex', 'SERVICE_TIER_PRIORITY', 'standard', 'unspecified', null];
    expect(tiers.map((serviceTier) => read({ serviceTier }).serviceTier)).toEqual([
      'flex',
      'priority',
      null,
      null,
      null,
    ]);
  });

  it('is not bounded by what was sent where an earlier answer is continued', () => {
    expect(read({ continuationToken: 'abc' }).inputTokensMax).toBeNull();
  });
});

describe('a stream of generateContent', () => {
  it('comes as events or as an array', () => {
    const formOf = (query: object) =>
      readStreamCall({ model: 'm', body: { contents: hello }, request: { ...request, query } }).renderer.streamType;
    expect([formOf({ alt: 'sse' }), formOf({}), formOf({ alt: 'json', key: 'k' })]).toEqual([
      ...['text/event-stream; charset=utf-8', 'application/json', 'application/json'],
    ]);
    for (const alt of ['media', ['sse', 'sse']])
      expect(() => formOf({ alt })).toThrow(expect.objectContaining({ code: 'invalid_request', detail: 'alt' }));
  });
});

describe('a request of generateContent is refused', () => {
  it.each([
    ['contents', { contents: [] }],
    ['contents', { contents: undefined }],
    ['contents[0]', { contents: ['Hello'] }],
    ['generationConfig.maxOutputTokens', { generationConfig: { maxOutputTokens: 0 } }],
    ['generationConfig.candidateCount', { generationConfig: { candidateCount: 9 } }],
    ['generationConfig.responseModalities', { generationConfig: { responseModalities: ['VIDEO'] } }],
    [
      'generationConfig.thinkingConfig.thinkingBudget',
      { generationConfig: { thinkingConfig: { thinkingBudget: -2 } } },
    ],
    ['tools', { tools: {} }],
    ['routingConfig', { generationConfig: { routingConfig: { autoMode: {} } } }],
    ['generationOutputConfig', { generationOutputConfig: { outputUriPrefix: 'gs://bucket/a' } }],
    ['modelSelectionConfig', { generationConfig: { modelSelectionConfig: {} } }],
  ])('where %s is wrong or has no price', (detail, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'invalid_request', detail }));
  });

  it.each([
    ['cachedContent', { cachedContent: 'cachedContents/a' }],
    ['tools.fileSearch', { tools: [{ fileSearch: { fileSearchStoreNames: ['fileSearchStores/a'] } }] }],
    ...[
      ...['https://generativelanguage.googleapis.com/v1beta/files/a', 'https://x@GENERATIVELANGUAGE.googleapis.com./a'],
      ...['files/a', 'gs://bucket/a', ' https://storage.googleapis.com/a'],
      ...['https://a.example\\@storage.googleapis.com/a', 'https://storage.googleapis.com@a.example/a'],
    ].map((fileUri): [string, object] => ['fileUri', { contents: [{ parts: [{ fileData: { fileUri } }] }] }]),
    ...['functionResponse', 'toolResponse', 'invented'].map((name): [string, object] => {
      const parts = [{ fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/a' } }];
      return ['fileUri', { contents: [{ parts: [{ [name]: { name: 'f', parts } }] }] }];
    }),
    [
      'fileUri',
      { contents: [{ parts: [{ functionResponse: { parts: [{ functionResponse: { parts: [STORED] } }] } }] }] },
    ],
  ])('where %s is state that is kept at the provider', (detail, fields) => {
    expect(() => read(fields)).toThrow(expect.objectContaining({ code: 'not_implemented', detail }));
  });
});
