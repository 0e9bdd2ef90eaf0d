/** Largest step of which both a step and a distance are multiples; both are positive integers, the distance may be 0. */
export function commonStep(step: number, distance: number): number {
  for (let rest = distance % step; rest !== 0;) {
    const next = step % rest
    step = rest
    rest = next
  }
  return step
}
