import { type Doc, isDoc } from '../bson/types.js';
import { MongoError } from '../errors.js';

/** Stages that are others in disguise, written out; mingo 7 puts values into wrong buckets. */
export function rewrite(stage: Doc): Doc[] {
  const spec = stage['$bucket'];
  if (!isDoc(spec)) return [stage];
  const { groupBy, boundaries, output } = spec;
  if (!Array.isArray(boundaries) || boundaries.length < 2)
    throw new MongoError(40192, 'The $bucket stage needs at least 2 boundaries');
  const branches = boundaries.slice(0, -1).map((from: unknown, i) => ({
    case: { $and: [{ $gte: [groupBy, from] }, { $lt: [groupBy, boundaries[i + 1]] }] },
    // biome-ignore lint/suspicious/noThenProperty: the name is $switch's own
    then: from,
  }));
  const choice: Doc = { branches };
  if ('default' in spec) choice['default'] = { $literal: spec['default'] };
  const fields = isDoc(output) ? output : { count: { $sum: 1 } };
  return [{ $group: { _id: { $switch: choice }, ...fields } }, { $sort: { _id: 1 } }];
}
