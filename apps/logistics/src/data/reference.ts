import { defaults } from './defaults.js';
import { type DataKind, type DataOfKind, dataKinds } from './kinds.js';

/** A record as it is in force. */
export interface InForce<K extends DataKind> {
  readonly id: string;
  /** 0: as built in. */
  readonly version: number;
  readonly value: DataOfKind<K>;
}

/** What a snapshot is made of: saved records as the read model has them. */
export interface SavedRecord {
  readonly kind: DataKind;
  readonly id: string;
  readonly version: number;
  readonly value: object | null;
}

type Tables = { [K in DataKind]: Map<string, InForce<K>> };

const put = <K extends DataKind>(tables: Tables, kind: K, id: string, version: number, value: DataOfKind<K>): void => {
  tables[kind].set(id, { id, version, value });
};

/** All reference data at one moment: plain maps, so that deciding about an order needs no I/O. */
export class Snapshot {
  readonly #tables: Tables;
  readonly #skuByCode = new Map<string, string>();
  readonly #sorted = new Map<DataKind, readonly unknown[]>();

  constructor(saved: readonly SavedRecord[] = []) {
    const tables = Object.fromEntries(dataKinds.map((kind) => [kind, new Map()])) as unknown as Tables;
    for (const kind of dataKinds) {
      for (const [id, value] of Object.entries(defaults[kind])) put(tables, kind, id, 0, value as never);
    }
    // Checked by the class of its kind when it was saved.
    for (const { kind, id, version, value } of saved) if (value) put(tables, kind, id, version, value as never);
    this.#tables = tables;
    for (const { id, value } of tables.item.values()) {
      for (const code of value.barcodes ?? []) this.#skuByCode.set(code, id);
    }
  }

  get<K extends DataKind>(kind: K, id: string): InForce<K> | undefined {
    return this.#tables[kind].get(id);
  }

  /** By id, sorted. */
  all<K extends DataKind>(kind: K): readonly InForce<K>[] {
    const known = this.#sorted.get(kind);
    if (known) return known as readonly InForce<K>[];
    const sorted = [...this.#tables[kind].values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#sorted.set(kind, sorted);
    return sorted;
  }

  /** That of `id`, else `default`, which is built in. */
  or<K extends 'site' | 'policy' | 'calendar'>(kind: K, id: string | undefined): DataOfKind<K> {
    const found = (id === undefined ? undefined : this.get(kind, id)) ?? this.get(kind, 'default');
    if (!found) throw new Error(`the default ${kind} is built in`);
    return found.value;
  }

  /** What to do about a kind of exception. */
  playbook(kind: string): InForce<'playbook'> {
    const found = this.get('playbook', kind) ?? this.get('playbook', 'CARRIER_PROBLEM');
    if (!found) throw new Error('every kind has a playbook built in');
    return found;
  }

  /** The sku a scanner read: a barcode, or the sku itself when it is known to be one. */
  skuOf(code: string, known: Iterable<string>): string | undefined {
    const byBarcode = this.#skuByCode.get(code);
    if (byBarcode !== undefined) return byBarcode;
    for (const sku of known) if (sku === code) return sku;
    return this.#tables.item.has(code) ? code : undefined;
  }
}
