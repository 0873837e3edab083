import type { EventEnvelope } from '@orderloom/contracts';
import type { Difference } from './difference.js';

/** 32 bits of what an event says: enough to notice another event in its place, little enough for a million orders. */
export function fingerprint({ id, type, data }: Pick<EventEnvelope, 'id' | 'type' | 'data'>): number {
  // FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
  let hash = 0x811c9dc5;
  const text = `${id} ${type} ${JSON.stringify(data)}`;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/**
 * Compares what topics hold with what streams hold: every stored event is there, those of one stream in order and
 * without a gap. An event may come again, as a relay does after a crash, as long as it says the same.
 */
export class TopicCheck {
  readonly #streams = new Map<string, number[]>();
  readonly #reached = new Map<string, number>();
  readonly #differences: Difference[] = [];

  /** The next stored event of a stream, in its public form. */
  stored(envelope: EventEnvelope): void {
    const prints = this.#streams.get(envelope.subject) ?? [];
    if (Number(envelope.sequence) !== prints.length) {
      this.#say('log', envelope.subject, `holds ${envelope.sequence} where ${prints.length} was expected`);
    }
    prints.push(fingerprint(envelope));
    this.#streams.set(envelope.subject, prints);
  }

  /** The next event of a topic; call it after all stored ones. */
  published(envelope: EventEnvelope): void {
    const { subject } = envelope;
    const sequence = Number(envelope.sequence);
    const last = this.#reached.get(subject) ?? -1;
    if (sequence > last + 1) this.#say('topic', subject, `has ${sequence} after ${last}`);
    const print = this.#streams.get(subject)?.[sequence];
    if (print === undefined)
      this.#say('topic', subject, `has event ${sequence} (${envelope.id}), which was never stored`);
    else if (print !== fingerprint(envelope)) this.#say('topic', subject, `says something else in event ${sequence}`);
    if (sequence > last) this.#reached.set(subject, sequence);
  }

  /** All differences, once everything was given. */
  differences(): Difference[] {
    const missing = [...this.#streams].flatMap(([id, prints]): Difference[] => {
      const published = (this.#reached.get(id) ?? -1) + 1;
      return published >= prints.length
        ? []
        : [{ check: 'topic', id, detail: `${published} of ${prints.length} events are published` }];
    });
    return [...this.#differences, ...missing];
  }

  #say(check: Difference['check'], id: string, detail: string): void {
    this.#differences.push({ check, id, detail });
  }
}
