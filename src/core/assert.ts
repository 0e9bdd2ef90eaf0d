/** Checks of the program itself: a broken one is a bug, never bad input. */

/** A broken assumption inside the program. Nothing catches it but the outermost loop, which stops. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Ends a switch over a union: a case that was forgotten is a type error. */
export function assertNever(value: never): never {
  throw new AssertionError(`unexpected value ${String(value)}`)
}
