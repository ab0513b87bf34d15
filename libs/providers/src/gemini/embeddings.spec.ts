import { DroppedFields } from '@tokenbay/protocol';
import type { EmbeddingCall } from '../embeddings-wire.js';
import { GEMINI_EMBEDDINGS } from './embeddings.js';

const { batch, single, readVectors } = GEMINI_EMBEDDINGS;

function write(
  call: EmbeddingCall,
  upstreamModel = 'gemini-embedding-001',
): { request: unknown; dropped: readonly string[] } {
  const dropped = new DroppedFields();
  return { request: GEMINI_EMBEDDINGS.writeRequest(call, { upstreamModel, dropped }), dropped: dropped.list };
}

describe('embeddings as Gemini is asked for them', () => {
  it('are a batch in which every request names the model and says what is wanted', () => {
    const wanted = {
      model: 'models/gemini-embedding-001',
      outputDimensionality: 768,
      taskType: 'CLUSTERING',
      title: 'T',
    };
    const call = { inputs: ['a', 'b'], dimensions: 768, taskType: 'CLUSTERING', title: 'T', userId: 'u' };
    expect(write(call)).toEqual({
      request: {
        requests: [
          { ...wanted, content: { parts: [{ text: 'a' }] } },
          { ...wanted, content: { parts: [{ text: 'b' }] } },
        ],
      },
      dropped: ['user'],
    });
  });

  it('cannot be had of tokens, nor of more than a batch takes', () => {
    expect(() => write({ inputs: [[1, 2]] })).toThrow('conversion_not_implemented: input');
    expect(() => write({ inputs: Array.from({ length: 101 }, () => 'a') })).toThrow(
      'conversion_not_implemented: input',
    );
  });

  it('are asked for below the model, whose name may say its collection', () => {
    const pathOf = (upstreamModel: string) => batch.endpoint({ upstreamModel, isStream: false }).path;
    expect(pathOf('gemini-embedding-001')).toBe('/models/gemini-embedding-001:batchEmbedContents');
    expect(pathOf('tunedModels/mine')).toBe('/tunedModels/mine:batchEmbedContents');
    expect(single!.endpoint({ upstreamModel: 'm', isStream: false }).path).toBe('/models/m:embedContent');
  });

  it('pass with the upstream’s name wherever the body names a model', () => {
    const content = { parts: [{ text: 'a' }] };
    expect(batch.amendRequest({ requests: [{ model: 'models/public', content, news: 1 }] }, 'up')).toEqual({
      requests: [{ model: 'models/up', content, news: 1 }],
    });
    expect(single!.amendRequest({ model: 'models/public', content }, 'up')).toEqual({ model: 'models/up', content });
    expect(single!.amendRequest({ content }, 'up')).toEqual({ content });
  });
});

describe('vectors as Gemini answers them', () => {
  it('are read with their usage, where a model reports any', () => {
    const embeddings = [{ values: [1, 2] }, { values: [3, 4] }];
    expect(readVectors({ embeddings })).toEqual({
      vectors: [
        [1, 2],
        [3, 4],
      ],
      usage: undefined,
    });
    expect(readVectors({ embeddings, usageMetadata: { promptTokenCount: 7 } })).toMatchObject({
      usage: { usage: { inputTokens: 7 }, isSuspect: false },
    });
    expect(readVectors({ embeddings, usageMetadata: { promptTokenCount: -7 } })).toMatchObject({
      usage: { usage: { inputTokens: 0 }, isSuspect: true },
    });
  });

  it('are nothing else', () => {
    for (const body of [{}, { embeddings: null }, { embeddings: [null] }, { embeddings: [{ values: 'AAAA' }] }])
      expect(readVectors(body)).toBeUndefined();
    expect(batch.readAnswer({})).toBeUndefined();
    expect(single!.readAnswer({ embedding: { values: [1] } })).toEqual({
      text: '',
      usage: undefined,
      failure: undefined,
    });
  });
});
