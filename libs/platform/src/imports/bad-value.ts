import type { RefusalCode } from '@orderloom/contracts';

/** A value of a row that cannot be used, with the code that tells why. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
  constructor(
    readonly code: RefusalCode,
    readonly details: Record<string, unknown> = {},
  ) {
    super(code);
  }
}
