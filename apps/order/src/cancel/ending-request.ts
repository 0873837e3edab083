import { type FieldProblem, Refused } from '@orderloom/contracts';
import { FieldReader } from '../intake/field-reader.js';
import { MAX_LINES, MAX_QUANTITY } from '../intake/parse-order.js';

/** Why something is taken back. */
export interface Reason {
  reason: string;
  note?: string;
}

const REASON_FIELDS = ['reason', 'note'] as const;
const LINE_FIELDS = new Set(['lineId', 'quantity']);

/** Schema of a body that says why, for the interface's documentation. */
export const reasonProperties = {
  reason: { type: 'string', maxLength: 200, default: 'CUSTOMER_REQUEST' },
  note: { type: 'string', maxLength: 2000 },
};

/** Schema of lines with optional quantities, for the interface's documentation. */
export const linesProperty = {
  type: 'array',
  description: 'only these lines; without a quantity all that can be',
  items: {
    type: 'object',
    required: ['lineId'],
    properties: { lineId: { type: 'string', example: 'L1' }, quantity: { type: 'integer', minimum: 1 } },
  },
};

const readReason = (reader: FieldReader): Reason => {
  const reason = reader.text('reason', 200) ?? 'CUSTOMER_REQUEST';
  const note = reader.text('note', 2000);
  return { reason, ...(note === undefined ? {} : { note }) };
};

/**
 * Reads a body that says why.
 * @param more reads what else it may hold; its fields are named in `fields`
 * @throws Refused VALIDATION_FAILED with every problem
 */
export const parseReason = <T extends object = object>(
  body: unknown,
  fields: readonly string[] = [],
  more?: (reader: FieldReader) => T,
): Reason & Partial<T> => {
  const problems: FieldProblem[] = [];
  const reader = FieldReader.of(body ?? {}, problems);
  reader.onlyFields(new Set([...REASON_FIELDS, ...fields]));
  const parsed = { ...readReason(reader), ...more?.(reader) };
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return parsed as Reason & Partial<T>;
};

/** Lines with the units to take off; undefined when the whole order is meant. */
export const readLineQuantities = (reader: FieldReader): { lineId: string; quantity?: number }[] | undefined => {
  if (reader.isEmptyList('lines')) reader.problem('lines', 'ORDER_EMPTY');
  return reader.list('lines', MAX_LINES)?.map((line) => {
    line.onlyFields(LINE_FIELDS);
    const lineId = line.id('lineId');
    if (lineId === undefined && !line.has('lineId')) line.problem('lineId', 'REQUIRED');
    const quantity = line.integer('quantity', 1, MAX_QUANTITY, 'QUANTITY_INVALID');
    return { lineId: lineId ?? '', ...(quantity === undefined ? {} : { quantity }) };
  });
};
