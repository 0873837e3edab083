import { compareValues, equalValues } from '../bson/compare.js';
import { type Doc, isDoc, toInteger, toNumber } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileCondition, compileFilter, isOperatorDoc } from '../query/match.js';
import { compareSortKeys, parseSort, sortKey } from '../query/sort.js';

function arrayOrFail(found: unknown, operator: string, path: string): unknown[] {
  if (Array.isArray(found)) return found as unknown[];
  throw new MongoError(
    2,
    `The field '${path}' must be an array but is of type ${found === null ? 'null' : typeof found} (${operator})`,
  );
}

export function push(found: unknown, operand: unknown, path: string): unknown[] {
  const array = found === undefined ? [] : arrayOrFail(found, '$push', path);
  if (!isDoc(operand) || !('$each' in operand)) {
    array.push(operand);
    return array;
  }
  const each = operand['$each'];
  if (!Array.isArray(each)) throw new MongoError(2, 'The argument to $each in $push must be an array');
  for (const key of Object.keys(operand)) {
    if (!['$each', '$slice', '$sort', '$position'].includes(key))
      throw new MongoError(2, `Unrecognized clause in $push: ${key}`);
  }
  if (operand['$position'] === undefined) array.push(...(each as unknown[]));
  else array.splice(toInteger(operand['$position'], 0), 0, ...(each as unknown[]));
  const order = operand['$sort'];
  if (order !== undefined) sortElements(array, order);
  const slice = operand['$slice'];
  if (slice === undefined) return array;
  const size = toInteger(slice, 0);
  if (size === 0) return [];
  return size > 0 ? array.slice(0, size) : array.slice(size);
}

function sortElements(array: unknown[], order: unknown): void {
  const direction = toNumber(order);
  if (direction !== undefined) {
    array.sort((a, b) => compareValues(a, b) * direction);
    return;
  }
  if (!isDoc(order))
    throw new MongoError(
      2,
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  const spec = parseSort(order);
  const keyed = array.map((element) => ({ element, key: sortKey(isDoc(element) ? element : {}, spec) }));
  keyed.sort((a, b) => compareSortKeys(a.key, b.key, spec));
  keyed.forEach(({ element }, index) => {
    array[index] = element;
  });
}

export function addToSet(found: unknown, operand: unknown, path: string): unknown[] {
  const array = found === undefined ? [] : arrayOrFail(found, '$addToSet', path);
  const each = isDoc(operand) && '$each' in operand ? operand['$each'] : [operand];
  if (!Array.isArray(each)) throw new MongoError(14, 'The argument to $each in $addToSet must be an array');
  for (const value of each as unknown[]) if (!array.some((present) => equalValues(present, value))) array.push(value);
  return array;
}

export function pull(found: unknown, operand: unknown, path: string): unknown[] {
  const array = arrayOrFail(found, '$pull', path);
  let matches: (element: unknown) => boolean;
  if (isDoc(operand) && !isOperatorDoc(operand)) {
    const matcher = compileFilter(operand);
    matches = (element) => isDoc(element) && matcher.test(element);
  } else {
    const test = compileCondition(operand);
    matches = (element) => test(element);
  }
  return array.filter((element) => !matches(element));
}

export function pullAll(found: unknown, operand: unknown, path: string): unknown[] {
  if (!Array.isArray(operand)) throw new MongoError(2, '$pullAll requires an array argument');
  return arrayOrFail(found, '$pullAll', path).filter(
    (element) => !operand.some((value) => equalValues(value, element)),
  );
}

export function pop(found: unknown, operand: unknown, path: string): unknown[] {
  const array = arrayOrFail(found, '$pop', path);
  const side = toNumber(operand);
  if (side !== 1 && side !== -1) throw new MongoError(9, `$pop expects 1 or -1, found: ${String(operand)}`);
  return side === 1 ? array.slice(0, -1) : array.slice(1);
}

export function bit(found: unknown, operand: unknown): unknown {
  if (!isDoc(operand)) throw new MongoError(2, 'The $bit modifier takes a document');
  let bits = BigInt(toInteger(found, 0));
  for (const [operator, mask] of Object.entries(operand as Doc)) {
    const value = BigInt(toInteger(mask, 0));
    if (operator === 'and') bits &= value;
    else if (operator === 'or') bits |= value;
    else if (operator === 'xor') bits ^= value;
    else throw new MongoError(2, `The $bit modifier only supports 'and', 'or', and 'xor', not '${operator}'`);
  }
  return Number(bits);
}
