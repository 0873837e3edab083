import { Binary } from 'bson';
import { bytesOf } from '../bson/compare.js';
import { toNumber, typeOf } from '../bson/types.js';
import { MongoError } from '../errors.js';
import type { LeafTest } from './paths.js';

/** `$type`: by name or number, or a list of them. */
export function typeTest(operand: unknown): LeafTest {
  const wanted = (Array.isArray(operand) ? operand : [operand]) as unknown[];
  const matches = (value: unknown): boolean => {
    const type = typeOf(value);
    return wanted.some((name) => {
      if (typeof name !== 'string') return toNumber(name) === type.id && type.name !== 'missing';
      if (name === 'number') return ['int', 'long', 'double', 'decimal'].includes(type.name);
      return name === type.name;
    });
  };
  return { test: matches };
}

/** `$bitsAllSet` and its kin, with a list of positions, a number or a binary as mask. */
export function bitTest(operator: string, operand: unknown): LeafTest {
  const mask = maskOf(operand);
  return {
    test: (found) => {
      const bits = found instanceof Binary ? fromBytes(found) : integer(found);
      if (bits === undefined) return false;
      const set = bits & mask;
      if (operator === '$bitsAllSet') return set === mask;
      if (operator === '$bitsAllClear') return set === 0n;
      if (operator === '$bitsAnySet') return set !== 0n;
      return set !== mask;
    },
  };
}

function maskOf(operand: unknown): bigint {
  if (Array.isArray(operand)) {
    return operand.reduce<bigint>((mask, position) => mask | (1n << BigInt(toNumber(position) ?? 0)), 0n);
  }
  const mask = operand instanceof Binary ? fromBytes(operand) : integer(operand);
  if (mask === undefined || mask < 0n)
    throw new MongoError(2, 'The bit mask takes an array of positions, a non-negative integer or a binary');
  return mask;
}

function integer(value: unknown): bigint | undefined {
  const number = toNumber(value);
  return number !== undefined && Number.isInteger(number) ? BigInt(number) : undefined;
}

function fromBytes(binary: Binary): bigint {
  return bytesOf(binary).reduceRight<bigint>((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}
