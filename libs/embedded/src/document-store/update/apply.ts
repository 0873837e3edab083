import { Long, Timestamp } from 'bson';
import { compareValues } from '../bson/compare.js';
import { decode, toPlain } from '../bson/decode.js';
import { type Doc, isDoc, toNumber, typeOf } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { mingoOptions, runStages } from '../query/expression.js';
import { compute } from './arithmetic.js';
import { addToSet, bit, pop, pull, pullAll, push } from './array-operators.js';
import { type ArrayFilters, compileArrayFilters, expand } from './positions.js';
import { readAt, removeAt, writeAt } from './set-path.js';

/** A compiled update with operators or a pipeline. Changes the given document and returns it, or a new one. */
export type Updater = (doc: Doc, filter: Doc, inserting: boolean) => Doc;

interface Step {
  readonly operator: string;
  readonly path: readonly string[];
  readonly operand: unknown;
}

const operators = new Set([
  '$set',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$rename',
  '$setOnInsert',
  '$currentDate',
  '$push',
  '$addToSet',
  '$pull',
  '$pullAll',
  '$pop',
  '$bit',
]);

/** @throws MongoError 9 for unknown operators, 40 for paths that conflict */
export function compileUpdate(update: Doc, arrayFilters?: readonly unknown[]): Updater {
  const filters = compileArrayFilters(arrayFilters);
  const steps: Step[] = [];
  const paths: string[] = [];
  for (const [operator, fields] of Object.entries(update)) {
    if (!operators.has(operator)) {
      throw new MongoError(
        9,
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    if (!isDoc(fields))
      throw new MongoError(9, `Modifiers operate on fields but we found type ${typeOf(fields).name} instead.`);
    for (const [path, operand] of Object.entries(fields)) {
      if (path === '' || path.startsWith('.') || path.endsWith('.') || path.includes('..'))
        throw new MongoError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
      claim(paths, path);
      if (operator === '$rename') {
        if (typeof operand !== 'string')
          throw new MongoError(2, `The 'to' field for $rename must be a string: ${path}`);
        claim(paths, operand);
      }
      steps.push({ operator, path: path.split('.'), operand });
    }
  }
  checkFilters(filters, paths);
  return (doc, filter, inserting) => {
    for (const step of steps) {
      if (step.operator === '$setOnInsert' && !inserting) continue;
      for (const path of expand(doc, step.path, filter, filters)) apply(doc, path, step);
    }
    return doc;
  };
}

function claim(paths: string[], path: string): void {
  for (const other of paths) {
    if (other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`)) {
      throw new MongoError(
        40,
        `Updating the path '${path}' would create a conflict at '${other.length < path.length ? other : path}'`,
      );
    }
  }
  paths.push(path);
}

function checkFilters(filters: ArrayFilters, paths: readonly string[]): void {
  for (const name of filters.keys()) {
    if (!paths.some((path) => path.includes(`$[${name}]`))) {
      throw new MongoError(9, `The array filter for identifier '${name}' was not used in the update`);
    }
  }
}

function apply(doc: Doc, path: readonly string[], { operator, operand }: Step): void {
  const found = readAt(doc, path);
  const name = path.join('.');
  switch (operator) {
    case '$set':
    case '$setOnInsert':
      writeAt(doc, path, operand);
      return;
    case '$unset':
      removeAt(doc, path);
      return;
    case '$inc':
    case '$mul':
      if (toNumber(operand) === undefined)
        throw new MongoError(
          14,
          `Cannot ${operator === '$inc' ? 'increment' : 'multiply'} with non-numeric argument: {${name}: ${JSON.stringify(operand)}}`,
        );
      if (found === undefined) writeAt(doc, path, operator === '$inc' ? operand : compute('$mul', 0, operand));
      else if (toNumber(found) === undefined)
        throw new MongoError(
          14,
          `Cannot apply ${operator} to a value of non-numeric type. {_id: ${JSON.stringify(doc['_id'])}} has the field '${path.at(-1)}' of non-numeric type ${typeOf(found).name}`,
        );
      else writeAt(doc, path, compute(operator, found, operand));
      return;
    case '$min':
      if (found === undefined || compareValues(operand, found) < 0) writeAt(doc, path, operand);
      return;
    case '$max':
      if (found === undefined || compareValues(operand, found) > 0) writeAt(doc, path, operand);
      return;
    case '$rename':
      if (found === undefined) return;
      removeAt(doc, path);
      writeAt(doc, String(operand).split('.'), found);
      return;
    case '$currentDate':
      writeAt(doc, path, isDoc(operand) && operand['$type'] === 'timestamp' ? timestamp() : new Date());
      return;
    case '$push':
      writeAt(doc, path, push(found, operand, name));
      return;
    case '$addToSet':
      writeAt(doc, path, addToSet(found, operand, name));
      return;
    case '$pull':
      if (found !== undefined) writeAt(doc, path, pull(found, operand, name));
      return;
    case '$pullAll':
      if (found !== undefined) writeAt(doc, path, pullAll(found, operand, name));
      return;
    case '$pop':
      if (found !== undefined) writeAt(doc, path, pop(found, operand, name));
      return;
    case '$bit':
      if (found !== undefined && !['int', 'long'].includes(typeOf(found).name))
        throw new MongoError(14, `Cannot apply $bit to a value of non-integral type: ${name}`);
      writeAt(doc, path, found instanceof Long ? Long.fromNumber(bit(found, operand) as number) : bit(found, operand));
      return;
    default:
      throw new MongoError(9, `Unknown modifier: ${operator}`);
  }
}

let ordinal = 0;
function timestamp(): Timestamp {
  ordinal = (ordinal + 1) % 0x7fffffff;
  return new Timestamp({ t: Math.floor(Date.now() / 1000), i: ordinal });
}

const updateStages = new Set(['$set', '$addFields', '$unset', '$project', '$replaceRoot', '$replaceWith']);

/** An update with aggregation stages; numbers it computes are int32 or double, as JavaScript has them. */
export function compilePipelineUpdate(pipeline: readonly unknown[], variables: Doc): Updater {
  const stages = pipeline.map((stage) => {
    const name = isDoc(stage) ? Object.keys(stage)[0] : undefined;
    if (name === undefined || !updateStages.has(name))
      throw new MongoError(9, `${name ?? 'This'} is not allowed to be used within an update`);
    return toPlain(stage) as Doc;
  });
  const options = mingoOptions(variables);
  return (doc) => {
    const { value, done } = runStages([toPlain(doc)], stages, options).next();
    return done === true || !isDoc(value) ? doc : value;
  };
}

/** A replacement document from its raw bytes. */
export function replacement(bytes: Buffer): Doc {
  return decode(bytes);
}
