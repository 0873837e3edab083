/** An event on its way through a group. */
export interface Item {
  /** Its revision, or its position in `$all`. */
  readonly at: number;
  readonly record: Buffer;
  /** The 16 bytes of its id, as text. */
  readonly id: string;
  retries: number;
  /** Set when it comes back from being parked: it no longer counts towards the checkpoint. */
  readonly replayed: boolean;
}

export const idText = (id: Buffer): string => id.toString('latin1');
