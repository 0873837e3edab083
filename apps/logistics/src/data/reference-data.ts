import { Injectable } from '@nestjs/common';
import { Clock } from '@orderloom/platform';
import { Views } from '../views.js';
import type { DataDocument } from './records.projection.js';
import { Snapshot } from './reference.js';

/** How old what other processes saved may be, ms. */
const STALE_MS = 5_000;

/** The reference data in memory. Read anew when it is used and old; an idle process reads nothing. */
@Injectable()
export class ReferenceData {
  #snapshot = new Snapshot();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Snapshot> | undefined;

  constructor(
    private readonly views: Views,
    private readonly clock: Clock,
  ) {}

  /** As it was when it was last read: for what must decide without waiting. */
  get now(): Snapshot {
    return this.#snapshot;
  }

  /** As it is, at most seconds old. */
  async fresh(): Promise<Snapshot> {
    const age = this.clock.millis() - this.#readAt;
    return age >= 0 && age < STALE_MS ? this.#snapshot : this.reload();
  }

  /** Reads all of it; whoever asks meanwhile shares the answer. */
  reload(): Promise<Snapshot> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<Snapshot> {
    const at = this.clock.millis();
    const found = (await this.views.records.collection().find({ record: 'data' }).toArray()) as DataDocument[];
    this.#snapshot = new Snapshot(found);
    this.#readAt = at;
    return this.#snapshot;
  }
}
