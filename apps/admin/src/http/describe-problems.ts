import type { ValidationError } from 'class-validator';
import { FIELD_CONSTRAINT } from './field.js';

const PROBLEMS_MAX = 100;
const PATH_LENGTH_MAX = 200;
/** Said of what is no object where one belongs; the field's own rule says it as well, and better. */
const NOT_NESTED = 'nestedValidation';

/** What the members of the thing that was sent are called. */
export type MemberWord = 'field' | 'query parameter';

/** Every problem of a body or query as one sentence each, beginning with the path of the field: `pointLimits[0].points must be …`. */
export function describeProblems(errors: readonly ValidationError[], member: MemberWord): string[] {
  const problems = [...problemsOf(errors, { parent: '', member })];
  if (problems.length <= PROBLEMS_MAX) return problems;
  return [...problems.slice(0, PROBLEMS_MAX), `There are ${problems.length - PROBLEMS_MAX} more problems.`];
}

interface Place {
  readonly parent: string;
  readonly member: MemberWord;
}

function* problemsOf(errors: readonly ValidationError[], { parent, member }: Place): Generator<string> {
  for (const error of errors) {
    const path = pathOf(parent, error.property);
    const lines = problemOf(error, member)?.split('\n') ?? [];
    yield* lines.map((line) => path.slice(0, PATH_LENGTH_MAX) + line);
    if (!isOfAnotherKind(error)) yield* problemsOf(error.children ?? [], { parent: path, member });
  }
}

/** Whether the value is not even the list or object that belongs there, so that nothing can be said of its parts. */
function isOfAnotherKind({ constraints }: ValidationError): boolean {
  return constraints?.[FIELD_CONSTRAINT]?.startsWith(' ') ?? false;
}

function pathOf(parent: string, property: string): string {
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}

function problemOf({ constraints = {}, property }: ValidationError, member: MemberWord): string | undefined {
  if (constraints[FIELD_CONSTRAINT] !== undefined) return constraints[FIELD_CONSTRAINT];
  if (constraints['whitelistValidation'] !== undefined) return ` is not a known ${member}.`;
  const [first] = Object.entries(constraints).flatMap(([name, text]) => (name === NOT_NESTED ? [] : [text]));
  return first === undefined
    ? undefined
    : ` ${first.startsWith(`${property} `) ? first.slice(property.length + 1) : first}.`;
}
