/** One environment variable: how its text becomes a value, and what a reader of the documentation is told. */
export interface Variable<T> {
  readonly name: string;
  /** The text used where the variable is unset or empty; undefined: there is no default. */
  readonly default?: string | undefined;
  /** True where the start must stop without it. */
  readonly required: boolean;
  /** What it means, in one sentence of the documentation. */
  readonly meaning: string;
  /** Reads the text; throws an Error whose message ends the sentence "NAME …". */
  readonly parse: (text: string) => T;
}
