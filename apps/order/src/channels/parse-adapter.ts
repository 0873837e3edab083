import { type FieldProblem, Refused } from '@orderloom/contracts';
import { FieldReader, type Json } from '../intake/field-reader.js';
import {
  type Adapter,
  CHANNEL_STATES,
  LINE_TARGETS,
  ORDER_TARGETS,
  type Scalar,
  type Source,
  type SourceRule,
  type StateRule,
} from './adapter.js';

const FIELDS = new Set(['title', 'orders', 'amounts', 'fields', 'lines', 'states', 'surplus']);
const LINES = new Set(['path', 'fields', 'skip']);
const SKIP = new Set(['path', 'values']);
const RULE = new Set(['from', 'join', 'separator', 'sum', 'value', 'map', 'otherwise', 'zone']);
const STATE = new Set(['path', 'present', 'map']);
const MAX_ENTRIES = 500;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown): value is Scalar =>
  (typeof value === 'string' && value.length <= 500) || typeof value === 'number' || typeof value === 'boolean';

/** Reads the body of `PUT /api/channel-adapters/{name}`. @throws Refused VALIDATION_FAILED with every problem */
export const parseAdapter = (body: unknown): Adapter => {
  const problems: FieldProblem[] = [];
  const reader = FieldReader.of(body, problems);
  reader.onlyFields(FIELDS);
  const source = isJson(body) ? body : {};
  const title = reader.text('title', 200) ?? reader.problem('title', 'REQUIRED') ?? '';
  const orders = reader.text('orders', 200);
  const amounts = reader.oneOf('amounts', ['major', 'minor']) ?? 'major';
  const surplus = reader.oneOf('surplus', ['shipping', 'refuse']);
  const isOrderTarget = (name: string) =>
    (ORDER_TARGETS as readonly string[]).includes(name) || /^custom\.[a-z][A-Za-z0-9_]{0,49}$/.test(name);
  const fields = readSources(source['fields'], 'fields', isOrderTarget, ORDER_TARGETS, problems);
  if (isJson(source['fields']) && fields['externalNumber'] === undefined) {
    problems.push({ path: 'fields.externalNumber', code: 'REQUIRED' });
  }
  const lines = readLines(reader, source['lines'], problems);
  const states = reader.list('states', 50)?.map((state, index) => readState(state, source['states'], index, problems));
  if (problems.length > 0) throw new Refused('VALIDATION_FAILED', {}, problems);
  return {
    title,
    ...(orders === undefined ? {} : { orders }),
    amounts,
    fields,
    lines,
    states: states ?? [],
    ...(surplus === undefined ? {} : { surplus }),
  };
};

const readLines = (reader: FieldReader, given: unknown, problems: FieldProblem[]): Adapter['lines'] => {
  const from = reader.object('lines');
  if (from === undefined) {
    if (!reader.has('lines')) reader.problem('lines', 'REQUIRED');
    return { path: '', fields: {} };
  }
  from.onlyFields(LINES);
  const path = from.text('path', 200) ?? from.problem('path', 'REQUIRED') ?? '';
  const isLineTarget = (name: string) => (LINE_TARGETS as readonly string[]).includes(name);
  const fields = readSources((given as Json)['fields'], 'lines.fields', isLineTarget, LINE_TARGETS, problems);
  for (const needed of ['sku', 'quantity']) {
    if (fields[needed] === undefined) problems.push({ path: `lines.fields.${needed}`, code: 'REQUIRED' });
  }
  const skip = from.object('skip');
  skip?.onlyFields(SKIP);
  const skipPath = skip?.text('path', 200);
  const values: unknown = isJson((given as Json)['skip']) ? ((given as Json)['skip'] as Json)['values'] : undefined;
  if (skip !== undefined && (skipPath === undefined || !isTexts(values))) skip.problem('values', 'INVALID');
  return {
    path,
    fields,
    ...(skipPath === undefined || !isTexts(values) ? {} : { skip: { path: skipPath, values } }),
  };
};

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= MAX_ENTRIES && value.every((one) => typeof one === 'string');

const readSources = (
  given: unknown,
  path: string,
  known: (name: string) => boolean,
  allowed: readonly string[],
  problems: FieldProblem[],
): Record<string, Source> => {
  const sources: Record<string, Source> = {};
  if (!isJson(given)) {
    problems.push({ path, code: given === undefined ? 'REQUIRED' : 'NOT_AN_OBJECT' });
    return sources;
  }
  for (const [name, rule] of Object.entries(given)) {
    const at = `${path}.${name}`;
    if (!known(name)) problems.push({ path: at, code: 'NOT_ONE_OF', details: { allowed: [...allowed] } });
    else if (typeof rule === 'string' && rule !== '' && rule.length <= 200) sources[name] = rule;
    else if (isJson(rule)) sources[name] = readRule(rule, at, problems);
    else problems.push({ path: at, code: 'INVALID' });
  }
  return sources;
};

const readRule = (rule: Json, path: string, problems: FieldProblem[]): SourceRule => {
  const before = problems.length;
  const reader = new FieldReader(rule, path, problems);
  reader.onlyFields(RULE);
  for (const name of ['from', 'join', 'sum']) {
    if (rule[name] !== undefined && !isTexts(rule[name])) reader.problem(name, 'NOT_A_LIST');
  }
  for (const name of ['value', 'otherwise']) {
    if (rule[name] !== undefined && !isScalar(rule[name])) reader.problem(name, 'INVALID');
  }
  const map = rule['map'];
  if (map !== undefined && !(isJson(map) && Object.values(map).every(isScalar))) reader.problem('map', 'INVALID');
  reader.text('separator', 10);
  const zone = reader.text('zone', 6);
  if (zone !== undefined && !/^([+-]\d{2}:\d{2}|Z)$/.test(zone)) reader.problem('zone', 'PATTERN_MISMATCH');
  const ways = ['from', 'join', 'sum', 'value'].filter((name) => rule[name] !== undefined);
  if (problems.length === before && ways.length !== 1) reader.problem('from', 'REQUIRED');
  // Every field was looked at above.
  return rule as SourceRule;
};

const readState = (reader: FieldReader, given: unknown, index: number, problems: FieldProblem[]): StateRule => {
  reader.onlyFields(STATE);
  const path = reader.text('path', 200) ?? reader.problem('path', 'REQUIRED') ?? '';
  const present = reader.oneOf('present', CHANNEL_STATES);
  const entry: unknown = Array.isArray(given) ? given[index] : undefined;
  const map: unknown = isJson(entry) ? entry['map'] : undefined;
  if (map === undefined) {
    if (present === undefined && !reader.has('present')) reader.problem('map', 'REQUIRED');
    return { path, ...(present === undefined ? {} : { present }) };
  }
  if (!isJson(map)) return reader.problem('map', 'NOT_AN_OBJECT') ?? { path };
  for (const [word, state] of Object.entries(map)) {
    if (!(CHANNEL_STATES as readonly unknown[]).includes(state)) {
      problems.push({
        path: reader.path(`map.${word}`),
        code: 'NOT_ONE_OF',
        details: { allowed: [...CHANNEL_STATES] },
      });
    }
  }
  // Only known states are in it, or there is a problem.
  return { path, map: map as StateRule['map'] & {}, ...(present === undefined ? {} : { present }) };
};
