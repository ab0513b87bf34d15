// @ts-check
/** Loaded before a profiled program: V8 counts its built-in JSON functions as part of whoever calls them, these have a frame of their own. */
const { parse, stringify } = JSON;

JSON.parse = function jsonParse(text, reviver) {
  return reviver === undefined ? parse(text) : parse(text, reviver);
};

JSON.stringify = function jsonStringify(
  /** @type {any} */ value,
  /** @type {any} */ replacer,
  /** @type {any} */ space,
) {
  return replacer === undefined && space === undefined ? stringify(value) : stringify(value, replacer, space);
};
