import { readPassing } from './response.js';
import { GenerateScanner } from './scanner.js';
import { witnessToolCalls } from './tool-calls.js';

describe('what a Gemini answer tells of tools that ran', () => {
  it.each([
    ['queries', { groundingMetadata: { webSearchQueries: ['a', 'b'] } }, { googleSearch: 1 }],
    ['pictures that were looked for', { groundingMetadata: { imageSearchQueries: ['a'] } }, { googleSearch: 1 }],
    ['pages', { groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example' } }] } }, { googleSearch: 1 }],
    ['suggestions', { groundingMetadata: { searchEntryPoint: { renderedContent: '' } } }, { googleSearch: 1 }],
    ['places', { groundingMetadata: { groundingChunks: [{ maps: { title: 'x' } }] } }, { googleMaps: 1 }],
    ['addresses', { urlContextMetadata: { urlMetadata: [{ retrievedUrl: 'x' }] } }, { urlContext: 1 }],
    ['code', { content: { parts: [{ executableCode: { code: '1' } }, { text: '1' }] } }, { codeExecution: 1 }],
    ['a call', { content: { parts: [{ toolCall: { toolType: 'GOOGLE_MAPS' } }] } }, { googleMaps: 1 }],
    ['empty queries', { groundingMetadata: { webSearchQueries: ['', ''] } }, {}],
    ['nothing', { groundingMetadata: {}, urlContextMetadata: null, content: { parts: [{ text: 'x' }] } }, {}],
    ['nonsense', { groundingMetadata: { webSearchQueries: 7, groundingChunks: 'x' }, urlContextMetadata: {} }, {}],
  ])('is that one was used, in %s', (_, candidate, expected) => {
    expect(witnessToolCalls([candidate])).toEqual(expected);
    expect(readPassing({ candidates: [candidate] })?.toolCalls).toEqual(expected);
  });

  it('is kept over the events of a stream', () => {
    const scanner = new GenerateScanner({ choices: 1, wantsUsage: true });
    const read = (candidate: object) => scanner.read(JSON.stringify({ candidates: [candidate] }));
    read({ content: { parts: [{ executableCode: { code: '1' } }] } });
    read({ groundingMetadata: { webSearchQueries: ['a'] } });
    read({ finishReason: 'STOP' });
    expect(scanner.toolCalls).toEqual({ codeExecution: 1, googleSearch: 1 });
  });
});
