import { BSONRegExp } from 'bson';
import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { isOperatorDoc } from '../query/match.js';
import { readAt, writeAt } from './set-path.js';

/** The document an upsert starts from: what the filter says with equality. */
export function seedOf(filter: Doc): Doc {
  const doc: Doc = {};
  addEqualities(doc, filter);
  return doc;
}

function addEqualities(doc: Doc, filter: Doc): void {
  for (const [key, condition] of Object.entries(filter)) {
    if (key === '$and' && Array.isArray(condition)) {
      for (const clause of condition) if (isDoc(clause)) addEqualities(doc, clause);
      continue;
    }
    if (key === '$or' && Array.isArray(condition) && condition.length === 1 && isDoc(condition[0])) {
      addEqualities(doc, condition[0]);
      continue;
    }
    if (key.startsWith('$')) continue;
    const value = equalityOf(condition);
    if (value === undefined) continue;
    const parts = key.split('.');
    if (readAt(doc, parts) !== undefined)
      throw new MongoError(54, `cannot infer query fields to set, path '${key}' is matched twice`);
    writeAt(doc, parts, value);
  }
}

/** The one value that the condition allows, when it is an equality. */
function equalityOf(condition: unknown): unknown {
  if (condition instanceof BSONRegExp) return undefined;
  if (!isOperatorDoc(condition)) return condition;
  if ('$eq' in condition) return condition['$eq'];
  const list = condition['$in'] ?? condition['$all'];
  return Array.isArray(list) && list.length === 1 && !isOperatorDoc(list[0]) && !(list[0] instanceof BSONRegExp)
    ? (list[0] as unknown)
    : undefined;
}
