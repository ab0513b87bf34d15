import { DomainError } from '@tokenbay/errors';
import type { CompiledPrices } from '@tokenbay/models';
import type { JsonObject, PictureTraits } from '@tokenbay/providers';
import type { MediaTiers } from '../../relay/call.js';
import { invalid } from '../body-reader.js';
import {
  type AskedPicture,
  isExtra,
  isPixelSize,
  type PictureTrait,
  readAskedPicture,
  toQuality,
  toSize,
} from './asked-picture.js';

/** Names in `serviceTiers` that are a provider's service: nobody buys them as a quality, nor a quality as one of them. */
const SERVICES: ReadonlySet<string> = new Set(
  'flex priority scale batch fast performance on_demand standard_only default auto'.split(' '),
);
/** Never a size: a provider that ignores a size it does not know would make the picture of another price. */
const QUALITIES: ReadonlySet<string> = new Set(['standard', 'low', 'medium', 'high', 'hd', 'xhigh', 'max', 'ultra']);
const NAME_LENGTH_MAX = 64;

/**
 * The price of pictures by quality and size, for models that sell them without tokens: a plain one costs the base price, any other needs a
 * name in `serviceTiers` (`hd`, `1792x1024`, both together `hd/1792x1024`). Nothing is guessed: what has no name is not sold, and what the
 * client leaves to the provider is billed as the answer says, where that is sold.
 */
export class PictureTiers implements MediaTiers {
  constructor(
    private readonly fields: JsonObject,
    private readonly serviceTier: string | null,
  ) {}

  possibleIn(prices: CompiledPrices): readonly (string | null)[] | undefined {
    if (isSoldByTokens(prices)) return undefined;
    const asked = readAskedPicture(this.fields);
    const sheet = new PictureSheet(prices);
    sheet.assertSells(asked);
    const possible = sheet.possibleNames(asked);
    if (isOrdinary(this.serviceTier)) return possible;
    assertService(this.serviceTier, possible);
    return undefined;
  }

  billedIn(prices: CompiledPrices, traits: PictureTraits | undefined): string | null {
    if (isSoldByTokens(prices) || !isOrdinary(this.serviceTier)) return this.serviceTier;
    return new PictureSheet(prices).nameOf(readAskedPicture(this.fields), traits);
  }
}

function isOrdinary(serviceTier: string | null): serviceTier is null | 'standard' {
  return serviceTier === null || serviceTier === 'standard';
}

/** A service has one factor: that of a picture beside it would have to be guessed. */
function assertService(serviceTier: string, possible: readonly (string | null)[]): void {
  if (!SERVICES.has(serviceTier)) throw invalid('service_tier', 'is none that pictures are sold in');
  if (possible.some((name) => name !== null))
    throw invalid('service_tier', 'is not sold together with a quality or size that has a price of its own');
}

function isSoldByTokens({ source }: CompiledPrices): boolean {
  return source.imageOutputPerMillion !== undefined;
}

/** The qualities and sizes that one price sheet names. */
class PictureSheet {
  private readonly names: ReadonlySet<string>;
  /** What stands first, or last, in a name, alone or with others. */
  private readonly first: ReadonlySet<string>;
  private readonly last: ReadonlySet<string>;

  constructor({ serviceTiers }: CompiledPrices) {
    this.names = new Set(serviceTiers.filter((name) => !SERVICES.has(name)));
    const parts = [...this.names].map((name) => name.split('/'));
    this.first = new Set(parts.map((part) => part[0]!));
    this.last = new Set(parts.map((part) => part.at(-1)!));
  }

  /** Throws `invalid_request` for a quality, size or both together that need a name and have none. */
  assertSells(asked: AskedPicture): void {
    const { quality, size } = asked;
    const misread = quality.find(({ name }) => !isQuality(name)) ?? size.find(({ name }) => !isSize(name));
    if (misread) this.refuse([misread]);
    if (this.find(asked) === undefined) this.refuse(this.priced(asked));
  }

  /** The name in which something that the sheet sells is billed; null for the base price. */
  nameOf(asked: AskedPicture, traits: PictureTraits | undefined): string | null {
    const base = this.find(asked) ?? null;
    const quality = asked.quality.length > 0 ? asked.quality : this.madeQuality(traits?.quality);
    const size = asked.size.length > 0 ? asked.size : this.madeSize(traits?.size);
    if (!quality || !size) return base;
    const made = this.find({ ...asked, quality, size });
    return made === undefined ? base : made;
  }

  /** Every name that `nameOf` may find, whatever the answer says. */
  possibleNames(asked: AskedPicture): readonly (string | null)[] {
    const qualities = asked.quality.length > 0 ? [] : [...this.first].filter(isQuality);
    const sizes = asked.size.length > 0 ? [] : [...this.last].filter(isPixelSize);
    const possible = new Set<string | null>();
    for (const quality of [undefined, ...qualities])
      for (const size of [undefined, ...sizes]) possible.add(this.nameOf(asked, { quality, size }));
    return [...possible];
  }

  /** The name of these traits together; null where the base price covers them, undefined where they are not sold. */
  private find(picture: AskedPicture): string | null | undefined {
    const { quality, extras, size } = picture;
    const whole = join([...quality, ...extras, ...size]);
    if (this.names.has(whole)) return whole;
    const priced = this.priced(picture);
    if (priced.length === 0) return null;
    const name = join(priced);
    return this.names.has(name) ? name : undefined;
  }

  /** Of two unlike qualities or sizes both, where one needs a name: whoever makes the picture takes either. */
  private priced({ quality, extras, size }: AskedPicture): PictureTrait[] {
    const needed = (traits: readonly PictureTrait[]): readonly PictureTrait[] =>
      traits.some(({ name, isPlain }) => !isPlain || this.names.has(name)) ? traits : [];
    return [...needed(quality), ...extras, ...needed(size)];
  }

  /** Nothing where it is plain and nowhere named; undefined where it is not sold. */
  private madeQuality(said: string | undefined): readonly PictureTrait[] | undefined {
    if (said === undefined || said === 'auto') return [];
    if (!isQuality(said)) return undefined;
    return this.known(toQuality(said), this.first);
  }

  private madeSize(said: string | undefined): readonly PictureTrait[] | undefined {
    if (said === undefined || said === 'auto') return [];
    if (!isPixelSize(said)) return undefined;
    return this.known(toSize(said), this.last);
  }

  private known(trait: PictureTrait, parts: ReadonlySet<string>): readonly PictureTrait[] | undefined {
    if (parts.has(trait.name)) return [trait];
    return trait.isPlain ? [] : undefined;
  }

  private refuse(traits: readonly PictureTrait[]): never {
    const name = join(traits).slice(0, NAME_LENGTH_MAX);
    const nameless = traits.filter((trait) => !this.names.has(trait.name));
    const { param } = nameless.find(({ isPlain }) => !isPlain) ?? nameless[0] ?? traits.at(-1)!;
    const plain = 'pictures of standard, low or medium quality and at most 1024x1024 pixels';
    const sold = [plain, ...this.names].join(', ');
    throw new DomainError('invalid_request', name, {
      message: `This model has no price for ${name}; it sells ${sold}.`,
      param,
    });
  }
}

function join(traits: readonly PictureTrait[]): string {
  return traits.map(({ name }) => name).join('/');
}

function isQuality(name: string): boolean {
  return !name.includes('/') && !/^\d/.test(name) && !SERVICES.has(name) && !isExtra(name);
}

function isSize(name: string): boolean {
  return !name.includes('/') && !QUALITIES.has(name) && !SERVICES.has(name) && !isExtra(name);
}
