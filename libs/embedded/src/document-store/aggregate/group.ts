import type { Options } from 'mingo/types';
import { compareValues } from '../bson/compare.js';
import { encodeKey } from '../bson/key-encoding.js';
import { type Doc, isDoc, toNumber } from '../bson/types.js';
import { evaluate } from '../query/expression.js';

/**
 * `$group` that keeps one running state per group instead of its documents, for the accumulators that allow
 * it; mingo does the others.
 */
const running = new Set(['$sum', '$avg', '$min', '$max', '$first', '$last', '$push', '$addToSet', '$count']);

export function groupable(spec: Doc): boolean {
  return Object.entries(spec).every(([name, value]) => {
    if (name === '_id') return true;
    if (!isDoc(value)) return false;
    const operators = Object.keys(value);
    return operators.length === 1 && running.has(operators[0]!);
  });
}

interface Accumulator {
  add(value: unknown): void;
  result(): unknown;
}

export function* group(source: Iterable<unknown>, spec: Doc, options: Options): Generator<Doc, undefined> {
  const idOf = compile(spec['_id'], options);
  const fields = Object.entries(spec)
    .filter(([name]) => name !== '_id')
    .map(([name, value]) => {
      const [operator, expression] = Object.entries(value as Doc)[0]!;
      return { name, operator, valueOf: operator === '$count' ? () => 1 : compile(expression, options) };
    });
  const groups = new Map<unknown, { id: unknown; accumulators: Accumulator[] }>();
  for (const document of source) {
    const id = idOf(document) ?? null;
    const key =
      typeof id === 'string' || id === null
        ? id
        : typeof id === 'number'
          ? id
          : `\0${encodeKey(id).toString('latin1')}`;
    let found = groups.get(key);
    if (found === undefined) {
      found = { id, accumulators: fields.map(({ operator }) => accumulator(operator)) };
      groups.set(key, found);
    }
    for (let i = 0; i < fields.length; i += 1) found.accumulators[i]!.add(fields[i]!.valueOf(document));
  }
  for (const { id, accumulators } of groups.values()) {
    const result: Doc = { _id: id };
    for (let i = 0; i < fields.length; i += 1) result[fields[i]!.name] = accumulators[i]!.result();
    yield result;
  }
  return undefined;
}

/** A field of the document is read directly; everything else is mingo's. */
function compile(expression: unknown, options: Options): (doc: unknown) => unknown {
  if (typeof expression === 'string' && /^\$[^$.][^.]*$/.test(expression)) {
    const name = expression.slice(1);
    return (doc) => (doc as Doc)[name];
  }
  if (typeof expression === 'string' && /^\$[^$.][^$]*$/.test(expression)) {
    const parts = expression.slice(1).split('.');
    return (doc) => {
      let value: unknown = doc;
      for (const part of parts) {
        // Through an array a path means all its elements' values: mingo knows how.
        if (Array.isArray(value)) return evaluate(doc, expression, options);
        if (!isDoc(value)) return undefined;
        value = value[part];
      }
      return value;
    };
  }
  if (expression === null || typeof expression === 'number' || typeof expression === 'boolean') return () => expression;
  return (doc) => evaluate(doc, expression, options);
}

function accumulator(operator: string): Accumulator {
  switch (operator) {
    case '$sum':
    case '$count': {
      let sum = 0;
      return {
        add: (value) => {
          sum += toNumber(value) ?? 0;
        },
        result: () => sum,
      };
    }
    case '$avg': {
      let sum = 0;
      let count = 0;
      return {
        add: (value) => {
          const number = toNumber(value);
          if (number === undefined) return;
          sum += number;
          count += 1;
        },
        result: () => (count === 0 ? null : sum / count),
      };
    }
    case '$min':
      return extreme(-1);
    case '$max':
      return extreme(1);
    case '$first': {
      let first: { value: unknown } | undefined;
      return {
        add: (value) => {
          first ??= { value };
        },
        result: () => first?.value ?? null,
      };
    }
    case '$last': {
      let last: unknown;
      return {
        add: (value) => {
          last = value;
        },
        result: () => last ?? null,
      };
    }
    case '$push': {
      const values: unknown[] = [];
      return {
        add: (value) => {
          if (value !== undefined) values.push(value);
        },
        result: () => values,
      };
    }
    default: {
      const values = new Map<string, unknown>();
      return {
        add: (value) => {
          if (value === undefined) return;
          const key = typeof value === 'string' ? value : `\0${encodeKey(value).toString('latin1')}`;
          if (!values.has(key)) values.set(key, value);
        },
        result: () => [...values.values()],
      };
    }
  }
}

function extreme(direction: 1 | -1): Accumulator {
  let best: unknown;
  return {
    add: (value) => {
      if (value === undefined || value === null) return;
      if (best === undefined || compareValues(value, best) * direction > 0) best = value;
    },
    result: () => best ?? null,
  };
}
