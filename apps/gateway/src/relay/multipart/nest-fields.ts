import { DomainError } from '@tokenbay/errors';
import type { JsonObject } from '@tokenbay/providers';

/** One text field of a form, under the name that the client wrote: `timestamp_granularities[]`. */
export interface FormField {
  readonly name: string;
  readonly value: string;
}

const DEPTH_MAX = 8;
const NAME = /^[^[\]]+(?:\[[^[\]]*\])*$/;

type Branch = JsonObject | unknown[];

/** One field on its way to its place. */
interface Step {
  readonly name: string;
  /** What comes below: '' for an element of a list. */
  readonly next: string;
}

/**
 * Puts fields together as their names say: `a[]` and a repeated `a` make lists, `a[b]` makes an object, `a[][b]` objects in a list, a new one
 * wherever `b` comes again. Throws `invalid_request` for names that are not well formed, nested deeper than 8, `__proto__`, or that contradict
 * each other.
 */
export function nestFields(fields: readonly FormField[]): JsonObject {
  const root: JsonObject = {};
  for (const { name, value } of fields) {
    const path = pathOf(name);
    let branch: Branch = root;
    for (let index = 0; index < path.length - 1; index += 1)
      branch = descend(branch, path[index]!, { name, next: path[index + 1]! });
    place(branch, path.at(-1)!, { name, value });
  }
  return root;
}

function pathOf(name: string): string[] {
  if (!NAME.test(name)) throw invalid(name, 'is no name of a field');
  const path = name.replaceAll(']', '').split('[');
  if (path.length > DEPTH_MAX) throw invalid(name, `is nested deeper than ${DEPTH_MAX}`);
  if (path.includes('__proto__')) throw invalid(name, 'is not allowed');
  return path;
}

function descend(branch: Branch, key: string, { name, next }: Step): Branch {
  const isList = next === '';
  const found = Array.isArray(branch) ? elementFor(branch, next) : ownOf(branch, key);
  if (found === undefined) return add(branch, key, isList ? [] : {});
  if (typeof found !== 'object' || found === null || Array.isArray(found) !== isList)
    throw invalid(name, 'contradicts another field');
  return found as Branch;
}

/** The last element, as long as it has no such key yet. */
function elementFor(list: unknown[], key: string): unknown {
  const last: unknown = list.at(-1);
  const isOpen = typeof last === 'object' && last !== null && !Array.isArray(last) && !Object.hasOwn(last, key);
  return isOpen ? last : undefined;
}

function place(branch: Branch, key: string, { name, value }: FormField): void {
  const found = Array.isArray(branch) ? undefined : ownOf(branch, key);
  if (found === undefined) add(branch, key, value);
  else if (typeof found === 'string') (branch as JsonObject)[key] = [found, value];
  else if (Array.isArray(found)) found.push(value);
  else throw invalid(name, 'contradicts another field');
}

function add<T>(branch: Branch, key: string, value: T): T {
  if (Array.isArray(branch)) branch.push(value);
  else branch[key] = value;
  return value;
}

function ownOf(branch: JsonObject, key: string): unknown {
  return Object.hasOwn(branch, key) ? branch[key] : undefined;
}

function invalid(name: string, problem: string): DomainError {
  const param = name.slice(0, 100);
  return new DomainError('invalid_request', param, { param, message: `${param}: ${problem}.` });
}
