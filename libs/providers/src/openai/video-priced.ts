import { DomainError } from '@tokenbay/errors';
import { parseObject } from '../parse-object.js';

/** The one value that changes nothing about what a video costs; null where there is none that a stranger's model would be sure to know. */
type PlainValue = 'one' | 'off' | 'default' | 'standard' | null;

/**
 * Names, without separators and case, under which those who speak this format take what makes more videos, longer ones or dearer ones than
 * are held for and charged.
 */
const PRICED: Readonly<Record<string, PlainValue>> = {
  ...all('one', ['n', 'num', 'count', 'batch', 'batchSize', 'batchCount', 'sampleCount', 'candidateCount', 'variants']),
  ...all('one', ['numVideos', 'videoCount', 'nVideos', 'numberOfVideos', 'numVideosPerPrompt', 'videosPerPrompt']),
  ...all('one', ['numOutputs', 'numberOfOutputs', 'outputCount', 'numSamples', 'nVariants', 'numResults']),
  ...all('one', ['numGenerations', 'numberResults', 'numberOfResults', 'numImages', 'numberOfImages']),
  ...all(null, ['numFrames', 'frames', 'frameCount', 'framesCount', 'numberOfFrames', 'numberFrames', 'videoFrames']),
  ...all(null, ['fps', 'frameRate', 'framesPerSecond', 'outputFps', 'targetFps', 'videoFps']),
  ...all(null, ['length', 'videoLength', 'videoDuration', 'clipDuration', 'clipLength', 'videoSeconds', 'numSeconds']),
  ...all(null, ['durationSeconds', 'durationInSeconds', 'durationSec', 'durationMs', 'lengthSeconds', 'totalSeconds']),
  ...all(null, ['seconds', 'duration', 'size', 'width', 'height', 'videoSize', 'outputSize', 'dimensions']),
  ...all(null, ['resolution', 'videoResolution', 'outputResolution', 'targetResolution', 'megapixels']),
  ...all(null, ['steps', 'numSteps', 'inferenceSteps', 'numInferenceSteps', 'samplingSteps', 'mode', 'model', 'tools']),
  ...all('default', ['serviceTier', 'priority']),
  ...all('standard', ['quality', 'videoQuality', 'outputQuality']),
  ...all('off', [
    'audio',
    'generateAudio',
    'enableAudio',
    'withAudio',
    'sound',
    'soundEffects',
    'enableSound',
    'draft',
  ]),
  ...all('off', ['upscale', 'upscaler', 'enableUpscale', 'upscaleFactor', 'superResolution', 'hd', 'pro', 'turbo']),
  ...all('off', ['extend', 'extendVideo', 'interpolate', 'interpolation', 'frameInterpolation', 'fast', 'highQuality']),
};

const PLAIN: Readonly<Record<Exclude<PlainValue, null>, readonly string[]>> = {
  one: ['1'],
  off: ['false', 'off', 'none', '0'],
  default: ['default'],
  standard: ['standard'],
};
const DEPTH_MAX = 16;

/**
 * Refuses, by the client's name, a parameter that could change what a provider charges for a video beyond its length and size:
 * `invalid_request`. Objects and lists are looked through, and so are texts that hold an object.
 */
export function refusePricedParameters(
  parameters: Readonly<Record<string, unknown>>,
  at = 'metadata',
  depth = 0,
): void {
  if (depth > DEPTH_MAX) refuse(at, 'is nested too deeply.');
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    const path = `${at}.${name}`;
    const key = pricedKeyOf(name);
    if (key !== undefined) assertPlain(path, value, PRICED[key] ?? null);
    else lookInto(path, value, depth + 1);
  }
}

/** A name can hold a path: `options][n` is `n` in a form. */
function pricedKeyOf(name: string): string | undefined {
  const parts = [name, ...name.split(/[[\].]/)];
  return parts.map((part) => part.toLowerCase().replaceAll(/[^a-z0-9]/g, '')).find((key) => Object.hasOwn(PRICED, key));
}

function assertPlain(path: string, value: unknown, plain: PlainValue): void {
  if (plain === null) refuse(path, 'changes the price, and is not offered.');
  const said = typeof value === 'string' ? value.trim().toLowerCase() : JSON.stringify(value);
  if (!PLAIN[plain].includes(said)) refuse(path, `is not offered but as ${PLAIN[plain][0]}: it changes the price.`);
}

function lookInto(path: string, value: unknown, depth: number): void {
  const inner = typeof value === 'string' ? parseInner(value) : value;
  if (typeof inner === 'object' && inner !== null)
    refusePricedParameters(inner as Readonly<Record<string, unknown>>, path, depth);
}

/** A form carries objects as their JSON. */
function parseInner(text: string): unknown {
  const trimmed = text.trimStart();
  return trimmed.startsWith('[') ? parseObject(`{"items":${trimmed}}`)?.['items'] : parseObject(trimmed);
}

function all(plain: PlainValue, names: readonly string[]): Readonly<Record<string, PlainValue>> {
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), plain]));
}

function refuse(path: string, sentence: string): never {
  throw new DomainError('invalid_request', path, { message: `${path} ${sentence}`, param: path });
}
