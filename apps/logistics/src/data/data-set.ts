import type { DomainEvent } from '@orderloom/event-sourcing';
import type { DataKind } from './kinds.js';

/** Kept in the service's log only: what the operator maintains, no fact about an order. */
export type DataEvent =
  | DomainEvent<'DataSaved', { readonly kind: DataKind; readonly id: string; readonly value: object }>
  | DomainEvent<'DataRemoved', { readonly kind: DataKind; readonly id: string }>;

/** One record with its versions: version n is what the n-th event made of it. */
export interface DataRecord {
  readonly version: number;
  readonly value: object | null;
}

/** The aggregate of one record; its id is `{kind}:{id}`. */
export const dataRecord = {
  prefix: 'logisticsdata',
  initial: (): DataRecord => ({ version: 0, value: null }),
  evolve: (state: DataRecord, event: DataEvent): DataRecord => ({
    version: state.version + 1,
    value: event.type === 'DataSaved' ? event.data.value : null,
  }),
};

export const dataRecordId = (kind: DataKind, id: string): string => `${kind}:${id}`;

/** The same content again is no event. */
export const saveData = (kind: DataKind, id: string, value: object, state: DataRecord): DataEvent[] =>
  state.value !== null && JSON.stringify(state.value) === JSON.stringify(value)
    ? []
    : [{ type: 'DataSaved', data: { kind, id, value } }];

/** What was built in holds again. */
export const removeData = (kind: DataKind, id: string, state: DataRecord): DataEvent[] =>
  state.value === null ? [] : [{ type: 'DataRemoved', data: { kind, id } }];
