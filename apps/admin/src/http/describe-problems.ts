import type { ValidationError } from 'class-validator';
import { FIELD_CONSTRAINT } from './field.js';

const PROBLEMS_MAX = 100;
const PATH_LENGTH_MAX = 200;

/** Every problem of a body or query as one sentence each, beginning with the path of the field: `pointLimits[0].points must be …`. */
export function describeProblems(errors: readonly ValidationError[]): string[] {
  const problems = [...problemsOf(errors, '')];
  if (problems.length <= PROBLEMS_MAX) return problems;
  return [...problems.slice(0, PROBLEMS_MAX), `There are ${problems.length - PROBLEMS_MAX} more problems.`];
}

function* problemsOf(errors: readonly ValidationError[], parent: string): Generator<string> {
  for (const error of errors) {
    const path = pathOf(parent, error.property);
    const problem = problemOf(error);
    if (problem !== undefined) yield* problem.split('\n').map((line) => path.slice(0, PATH_LENGTH_MAX) + line);
    else yield* problemsOf(error.children ?? [], path);
  }
}

function pathOf(parent: string, property: string): string {
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}

function problemOf({ constraints = {}, property }: ValidationError): string | undefined {
  if (constraints[FIELD_CONSTRAINT] !== undefined) return constraints[FIELD_CONSTRAINT];
  if (constraints['whitelistValidation'] !== undefined) return ' is not a known field.';
  const [first] = Object.values(constraints);
  return first === undefined
    ? undefined
    : ` ${first.startsWith(`${property} `) ? first.slice(property.length + 1) : first}.`;
}
