/** Events of one key, in order. At most one batch at a time holds a lane. */
export interface Lane<T> {
  readonly id: string;
  items: T[];
  held: boolean;
  /** Not before this time (ms since 1970): the lane backs off after a transient failure. */
  notBefore: number;
  /** Failed tries of the first item. */
  attempts: number;
}

/** What was taken from a lane; the lane is held until it is released. */
export interface Taken<T> {
  readonly lane: Lane<T>;
  readonly items: readonly T[];
}

/**
 * Order per key with concurrency across keys: events wait in a lane per key, lanes are served in the order in which
 * they became ready, and a held or backed-off lane stops nobody else.
 */
export class Lanes<T> {
  readonly #lanes = new Map<string, Lane<T>>();
  /** Lanes with items that nobody holds; insertion order is the order of service. */
  readonly #ready = new Set<Lane<T>>();
  readonly #backedOff = new Set<Lane<T>>();
  #queued = 0;

  /** Items waiting, those in hand not counted. */
  get queued(): number {
    return this.#queued;
  }

  push(id: string, item: T): void {
    const lane = this.#lane(id);
    lane.items.push(item);
    this.#queued += 1;
    if (!lane.held && lane.notBefore === 0) this.#ready.add(lane);
  }

  /**
   * Takes up to `max` items from ready lanes. A lane whose first item failed before gives only that one, so that
   * its tries are its own.
   */
  take(max: number, now: number): Taken<T>[] {
    for (const lane of this.#backedOff) {
      if (lane.notBefore > now) continue;
      this.#backedOff.delete(lane);
      lane.notBefore = 0;
      this.#ready.add(lane);
    }
    const taken: Taken<T>[] = [];
    let room = max;
    for (const lane of this.#ready) {
      if (room <= 0) break;
      this.#ready.delete(lane);
      lane.held = true;
      const count = lane.attempts > 0 ? 1 : Math.min(room, lane.items.length);
      const items = count === lane.items.length ? lane.items : lane.items.slice(0, count);
      lane.items = count === lane.items.length ? [] : lane.items.slice(count);
      room -= count;
      this.#queued -= count;
      taken.push({ lane, items });
    }
    return taken;
  }

  /** Holds a lane for work that does not come from it; false when somebody has it. */
  hold(id: string): boolean {
    const lane = this.#lane(id);
    if (lane.held) return false;
    lane.held = true;
    this.#ready.delete(lane);
    this.#backedOff.delete(lane);
    lane.notBefore = 0;
    return true;
  }

  /** Gives a lane back, with what is left of the items first in line. */
  release(id: string, rest: readonly T[] = [], notBefore = 0): void {
    const lane = this.#lanes.get(id);
    if (!lane) return;
    lane.held = false;
    if (rest.length > 0) {
      lane.items = lane.items.length > 0 ? [...rest, ...lane.items] : [...rest];
      this.#queued += rest.length;
    }
    if (lane.items.length === 0) {
      this.#lanes.delete(id);
      return;
    }
    lane.notBefore = notBefore;
    if (notBefore > 0) this.#backedOff.add(lane);
    else this.#ready.add(lane);
  }

  /** When the next backed-off lane is due, ms since 1970. */
  nextDue(): number | undefined {
    let due: number | undefined;
    for (const lane of this.#backedOff) if (due === undefined || lane.notBefore < due) due = lane.notBefore;
    return due;
  }

  #lane(id: string): Lane<T> {
    let lane = this.#lanes.get(id);
    if (!lane) {
      lane = { id, items: [], held: false, notBefore: 0, attempts: 0 };
      this.#lanes.set(id, lane);
    }
    return lane;
  }
}
