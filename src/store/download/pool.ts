/** Runs work with a limit on how much of it is under way at one time. */

/**
 * Runs `work` on each item, at most `limit` at once, in order; items that it returns are done next. Resolves when nothing is
 * left. The first error ends it: nothing new is begun, and it is thrown once everything under way has settled.
 */
export async function runPool<Item>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<readonly Item[]>,
): Promise<void> {
  const waiting = [...items].reverse()
  const active = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined

  const start = (item: Item): void => {
    const running: Promise<void> = work(item)
      .then(
        (more) => void waiting.push(...[...more].reverse()),
        (error: unknown) => void (failure ??= { error }),
      )
      .finally(() => active.delete(running))
    active.add(running)
  }

  for (;;) {
    while (failure === undefined && active.size < limit) {
      const item = waiting.pop()
      if (item === undefined) break
      start(item)
    }
    if (active.size === 0) break
    await Promise.race(active)
  }
  if (failure !== undefined) throw failure.error
}
