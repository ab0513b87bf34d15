/** Every directive, with the value it has when none is written (null: a value must be written). The README explains each. */
const DIRECTIVES = {
  // what is answered instead of a completion
  status: null,
  error: null,
  'retry-after': null,
  redirect: '307',
  html: '',
  empty: '',
  'error-body': '',
  'invalid-json': '',
  'gzip-bomb': '256',
  // what the completion says
  words: null,
  echo: '',
  'tool-call': 'get_weather',
  'hosted-calls': null,
  'over-limit': '',
  refusal: '',
  images: null,
  chooses: null,
  seconds: null,
  'content-filter': '',
  'blocked-prompt': '',
  'huge-line': '2097152',
  'invalid-utf8': '',
  'numbers-only': '',
  'no-documents': '',
  'prompt-filter': '',
  endless: '',
  // what it reports as usage
  usage: null,
  'no-usage': '',
  'late-usage': '300',
  'usage-after-done': '',
  'usage-unasked': '',
  'usage-with-finish': '',
  'usage-every-chunk': '',
  // how its stream ends
  'error-event': '0',
  'end-after': null,
  'no-done': '',
  'duplicate-done': '',
  // how its bytes travel
  delay: null,
  pause: null,
  gap: null,
  slow: '20',
  split: '1',
  crlf: '',
  comments: '',
  'hang-headers': '',
  'hang-events': null,
  'hang-bytes': null,
  'reset-headers': '',
  'reset-bytes': null,
  'cut-bytes': null,
  // what becomes of a task, and of its result
  polls: null,
  progress: null,
  'task-fails': 'server',
  'task-state': null,
  'task-gone': '',
  'empty-result': '',
  'odd-polls': null,
  'result-url': null,
  'result-bytes': null,
  'expired-urls': '1',
  'content-status': null,
  'content-cut': null,
  'no-ranges': '',
  // how often
  times: null,
  share: null,
} as const;

export type Directive = keyof typeof DIRECTIVES;

/** Those that need more care on the way out than handing all bytes to the socket. */
const ON_THE_WIRE: readonly Directive[] = [
  'delay',
  'pause',
  'gap',
  'slow',
  'split',
  'crlf',
  'comments',
  'late-usage',
  'hang-headers',
  'hang-events',
  'hang-bytes',
  'reset-headers',
  'reset-bytes',
  'cut-bytes',
  'endless',
];
const MODEL_PRESETS: Record<string, string> = { 'demo-chat': 'gap:35' };
const PARSED_MAX = 10_000;
const parsed = new Map<string, Behaviour>();

/** What one request is to be answered with: directives such as `usage:120:30`, joined by `+`. */
export class Behaviour {
  static readonly none = new Behaviour('', new Map());

  /** True when the bytes of the answer can leave as fast as they can. */
  readonly isUndisturbed: boolean;

  private constructor(
    readonly text: string,
    private readonly values: ReadonlyMap<Directive, string>,
  ) {
    this.isUndisturbed = !ON_THE_WIRE.some((directive) => values.has(directive));
  }

  /** True when nothing out of the ordinary was asked for. */
  get isPlain(): boolean {
    return this.values.size === 0;
  }

  has(directive: Directive): boolean {
    return this.values.has(directive);
  }

  /** The directive's value as written, undefined when the directive is absent. */
  get(directive: Directive): string | undefined {
    return this.values.get(directive);
  }

  /** The directive's value as a number, undefined when the directive is absent. */
  number(directive: Directive): number | undefined {
    const value = this.values.get(directive);
    return value === undefined ? undefined : Number(value);
  }

  /** The directives of both; the other's win. */
  with(other: Behaviour): Behaviour {
    if (other.isPlain) return this;
    if (this.isPlain) return other;
    return new Behaviour(`${this.text}+${other.text}`, new Map([...this.values, ...other.values]));
  }

  /** Reads `a+b:1+c:2:3`; throws on a directive that does not exist, so that a misspelt test fails. */
  static parse(text: string): Behaviour {
    if (text === '') return Behaviour.none;
    const known = parsed.get(text);
    if (known) return known;
    const behaviour = new Behaviour(text, new Map(text.split('+').map(parseDirective)));
    if (parsed.size < PARSED_MAX) parsed.set(text, behaviour);
    return behaviour;
  }

  /** The directives behind the first `@` of a model's or a key's name, or those preset for a model without any. */
  static ofName(name: string): Behaviour {
    const at = name.indexOf('@');
    return Behaviour.parse(at < 0 ? (MODEL_PRESETS[name] ?? '') : name.slice(at + 1));
  }
}

function parseDirective(text: string): [Directive, string] {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (!Object.hasOwn(DIRECTIVES, name)) throw new Error(`unknown directive: ${name}`);
  const directive = name as Directive;
  const value = colon < 0 ? DIRECTIVES[directive] : text.slice(colon + 1);
  if (value === null) throw new Error(`directive ${name} needs a value, as in ${name}:1`);
  return [directive, value];
}
