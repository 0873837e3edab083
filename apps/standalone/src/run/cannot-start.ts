/** A reason not to start that the person at the terminal can do something about: printed as it is, without a stack. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
