/** Numbers things that have the same key, from 0, in the order in which they are given. */
export function ranked<T>(things: readonly T[], keyOf: (thing: T) => string): { thing: T; rank: number }[] {
  const counts = new Map<string, number>()
  return things.map((thing) => {
    const key = keyOf(thing)
    const rank = counts.get(key) ?? 0
    counts.set(key, rank + 1)
    return { thing, rank }
  })
}
