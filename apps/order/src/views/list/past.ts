/** As much of a row as its past has to know. */
interface PastRow {
  readonly recordedAt: string;
}

/** What changed at a time, as it was before: applied backwards from today it gives the row of any time. */
type Before = readonly [at: string, before: Readonly<Record<string, unknown>>];

/** The change that the events of one append make together; compared when it is known that it is over. */
interface Open {
  readonly at: string;
  readonly before: PastRow;
  readonly after: PastRow;
}

/** Bookkeeping; what is personal and therefore kept in one place only; what follows from today's deadlines. */
const LEFT_OUT = new Set([
  'find',
  'fold',
  'past',
  'customer',
  'match',
  'updatedAt',
  'revision',
  '_id',
  '_sequence',
  'waits',
  'dueAt',
  'overdue',
]);

const same = (a: unknown, b: unknown): boolean =>
  a === b ||
  (typeof a === 'object' &&
    typeof b === 'object' &&
    a !== null &&
    b !== null &&
    JSON.stringify(a) === JSON.stringify(b));

const entryOf = ({ at, before, after }: Open): readonly Before[] => {
  const changed: Record<string, unknown> = {};
  let any = false;
  for (const name in after) {
    if (LEFT_OUT.has(name)) continue;
    const was: unknown = Reflect.get(before, name);
    if (same(was, Reflect.get(after, name))) continue;
    changed[name] = was ?? null;
    any = true;
  }
  return any ? [[at, changed]] : [];
};

/** How a row of the list came to be what it is, within the row itself; text until somebody asks. */
export class Past {
  private constructor(
    private readonly text: string,
    private readonly added: readonly Before[],
    private readonly open: Open | null,
  ) {}

  static readonly none = new Past('', [], null);

  static of(stored: string | Past): Past {
    return typeof stored === 'string' ? new Past(stored, [], null) : stored;
  }

  /** With what an event has changed. Events of one append are one change: nobody sees what lies between. */
  with(at: string, before: PastRow, after: PastRow): Past {
    if (at === before.recordedAt) return this;
    const { open } = this;
    if (open?.at === at) return new Past(this.text, this.added, { at, before: open.before, after });
    return new Past(this.text, this.entries(), { at, before, after });
  }

  private entries(): readonly Before[] {
    return this.open === null ? this.added : [...this.added, ...entryOf(this.open)];
  }

  /** Called by the BSON serializer: the entries as JSON, one after the other. */
  toBSON(): string {
    const added = this.entries()
      .map((entry) => JSON.stringify(entry))
      .join(',');
    return this.text === '' || added === '' ? `${this.text}${added}` : `${this.text},${added}`;
  }

  /** The row as it was recorded at a time (ISO 8601); null when it was not there yet. What it waited for is not kept. */
  rowAt<T extends PastRow>(row: T, at: string): T | null {
    if (row.recordedAt > at) return null;
    // Nobody but `toBSON` writes this text, so its shape is known.
    const entries = JSON.parse(`[${this.toBSON()}]`) as Before[];
    let then: T = row;
    for (let i = entries.length - 1; i >= 0; i -= 1) {
      const entry = entries[i];
      if (entry === undefined || entry[0] <= at) break;
      then = { ...then, ...entry[1], waits: [], dueAt: null, overdue: false };
    }
    return then;
  }
}
