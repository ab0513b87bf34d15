import OpenAI, { toFile } from 'openai';
import {
  aacEntry,
  makeFlac,
  makeMatroska,
  makeMp4,
  makeOgg,
  OPUS_20_MS,
  opusHeaders,
  uniqueName,
} from '@tokenbay/testing';
import { useSystem } from './use-system.js';

/** Ten seconds, or 32 where AAC is said to be in them. */
const OPUS = Array.from({ length: 500 }, () => OPUS_20_MS);

const house = useSystem();

describe('a recording that tells another length than it has', () => {
  it.each<[name: string, file: Buffer, charge: string]>([
    ['speech.flac', makeFlac({ frames: 100, told: 1 }), '2.56'],
    ['speech.ogg', makeOgg({ headers: opusHeaders(), packets: OPUS, positionAfter: () => 1 }), '1'],
    ['speech.m4a', makeMp4({ packets: OPUS, entry: aacEntry(8), scale: 16_000, ticks: 1, told: 1 }), '3.2'],
    ['speech.webm', makeMatroska({ packets: OPUS, millisecondsAt: () => 0, told: 1 }), '1'],
  ])('is charged by what is in it: %s', async (name, file, charge) => {
    const fields = { capabilities: ['transcription'], prices: { perMinute: '6' }, outputTokensMax: null };
    const world = await house.system.world({ upstreamModel: uniqueName('whisper'), model: fields });
    const client = new OpenAI({ apiKey: world.apiKey, baseURL: `${house.system.gatewayUrl}/v1`, maxRetries: 0 });
    const { response } = await client.audio.transcriptions
      .create({
        ...{ file: await toFile(file, name), model: world.modelName, response_format: 'text' as const },
      })
      .withResponse();
    const id = response.headers.get('x-request-id');
    const receipt = await house.system.gateway.request(`/v1/usage/${id}`, world.apiKey);
    expect(receipt.body).toMatchObject({ charge_points: charge, usage_source: 'estimated' });
  });
});
