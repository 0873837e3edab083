/**
 * Everything an order is found by, as short texts in one array: one index over it and the time of submission serves any
 * filter, brings the order of the list and counts without reading a document. A letter says what the text is.
 */
export const keyKinds = {
  status: 's',
  payment: 'p',
  fulfilment: 'f',
  channel: 'c',
  customerId: 'u',
  sku: 'k',
  country: 'y',
  currency: 'z',
  mode: 'm',
  paymentTerms: 'e',
  importId: 'i',
  tag: 't',
  priority: 'r',
  hold: 'h',
  assignee: 'a',
  waiting: 'd',
  overdue: 'o',
  custom: 'x',
  /** words of numbers, products and, marked at their end, of people and places */
  word: 'w',
} as const;

export type KeyKind = keyof typeof keyKinds;

/** Kinds of which an order has one key at most: no order counts twice under several of them. */
const ONCE = new Set(['s', 'p', 'f', 'c', 'u', 'y', 'z', 'm', 'e', 'i', 'r', 'o']);

/** Whether no row can have two of these keys. */
export const excludeEachOther = (keys: readonly string[]): boolean =>
  keys.length <= 1 || keys.every((key) => ONCE.has(key.charAt(0)));

/** The text under which a value stands; long values keep their beginning, as nobody filters by more. */
export const findKey = (kind: KeyKind, value: string): string => `${keyKinds[kind]}:${value.slice(0, 100)}`;

export const customKey = (name: string, value: unknown): string => findKey('custom', `${name}=${String(value)}`);

/** Columns that orders have once the desk works on them. */
export interface DeskColumns {
  readonly tags?: readonly string[];
  readonly priority?: string;
  readonly custom?: Readonly<Record<string, unknown>>;
  /** kinds of the holds that are open */
  readonly holds?: readonly string[];
  readonly assignee?: string | null;
  /** holds with who sees to them */
  readonly review?: { readonly holds: readonly { readonly type: string; readonly owner: string | null }[] } | null;
  readonly importId?: string | null;
}

/** Ends the words of people and places: personal, gone once erased. At the end, so that beginnings are found in one go. */
export const PERSONAL = '\u0001';

export const wordKey = (word: string): string => findKey('word', word);
export const personKey = (word: string): string => `${wordKey(word)}${PERSONAL}`;
export const isPersonal = (key: string): boolean => key.endsWith(PERSONAL);

const keep = (key: string): boolean => key.startsWith('w:');

/** The columns of a row by which it is found. */
interface Row extends DeskColumns {
  readonly status: string;
  readonly payment: string;
  readonly fulfilment: string;
  readonly channel: string;
  readonly country: string;
  readonly currency: string;
  readonly paymentTerms: string;
  readonly mode: string;
  readonly customerId: string | null;
  readonly skus: readonly string[];
  readonly waits: readonly { readonly state: string }[];
  readonly overdue: boolean;
}

/** The keys of an order as it stands in the list, words left out. */
export const keysOf = (doc: Row): string[] => {
  const keys = [
    findKey('status', doc.status),
    findKey('payment', doc.payment),
    findKey('fulfilment', doc.fulfilment),
    findKey('channel', doc.channel),
    findKey('country', doc.country),
    findKey('currency', doc.currency),
    findKey('paymentTerms', doc.paymentTerms),
    findKey('mode', doc.mode),
  ];
  if (doc.customerId !== null) keys.push(findKey('customerId', doc.customerId));
  for (const sku of doc.skus) keys.push(findKey('sku', sku));
  for (const tag of doc.tags ?? []) keys.push(findKey('tag', tag));
  for (const { type, owner } of doc.review?.holds ?? []) {
    keys.push(findKey('hold', type));
    if (owner !== null) keys.push(findKey('assignee', owner));
  }
  for (const hold of doc.holds ?? []) keys.push(findKey('hold', hold));
  for (const { state } of doc.waits) keys.push(findKey('waiting', state));
  for (const [name, value] of Object.entries(doc.custom ?? {})) keys.push(customKey(name, value));
  if (doc.priority !== undefined && doc.priority !== 'normal') keys.push(findKey('priority', doc.priority));
  if (doc.overdue) keys.push(findKey('overdue', 'true'));
  if (doc.assignee) keys.push(findKey('assignee', doc.assignee));
  if (doc.importId) keys.push(findKey('importId', doc.importId));
  return keys;
};

/** The keys of a document that is being folded: made once, when it is written. */
export class FindKeys {
  constructor(
    private readonly doc: Row,
    /** those that do not follow from the columns */
    readonly words: readonly string[],
  ) {}

  /** Called by the BSON serializer in place of the object's own fields. */
  toBSON(): string[] {
    return [...new Set([...keysOf(this.doc), ...this.words])];
  }
}

/** The words of a document as it was folded or stored. */
export const wordsIn = (find: readonly string[] | FindKeys): readonly string[] =>
  find instanceof FindKeys ? find.words : find.filter(keep);

/** Words by which things are found: parts of numbers and names, lower case, Chinese text sign by sign as well. */
export const wordsOf = (...texts: readonly (string | null | undefined)[]): string[] => {
  const words = new Set<string>();
  for (const text of texts) {
    if (!text) continue;
    const lower = text.toLowerCase();
    if (lower.length <= 60 && !/\s/.test(lower)) words.add(lower);
    for (const word of lower.split(/[\s,;:()[\]{}<>"'/\\|+]+/)) {
      if (word === '') continue;
      words.add(word.slice(0, 60));
      // Chinese has no spaces: each pair of neighbouring signs is a word, and the reader's words are cut the same way.
      for (const pair of pairsOf(word)) words.add(pair);
    }
  }
  return [...words].slice(0, 60);
};

const HAN = /\p{Script=Han}+/gu;

/** Neighbouring Chinese signs, two by two; a single sign stands alone. */
export const pairsOf = (word: string): string[] =>
  (word.match(HAN) ?? []).flatMap((run) => {
    const signs = [...run];
    return signs.length === 1 ? signs : signs.slice(1).map((sign, i) => `${signs[i] ?? ''}${sign}`);
  });

/** The words a reader looks for, each as the keys it may stand under; `abc*` stands for its beginnings. */
export const searchWords = (text: string): { word: string; prefix: boolean }[] =>
  text
    .toLowerCase()
    .split(/[\s,;:()[\]{}<>"'/\\|+]+/)
    .filter((word) => word !== '' && word !== '*')
    .flatMap((word) => {
      const pairs = pairsOf(word);
      if (pairs.length > 0) return pairs.map((pair) => ({ word: pair, prefix: false }));
      return word.endsWith('*') ? [{ word: word.slice(0, -1), prefix: true }] : [{ word, prefix: false }];
    })
    .slice(0, 8);
