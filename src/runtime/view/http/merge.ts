/** Yields the values of several generators as they come. A generator is asked for its next value when the last was taken. */
export async function* merge<T>(
  generators: AsyncGenerator<T, void, undefined>[],
): AsyncGenerator<T, void, undefined> {
  const next = async (from: AsyncGenerator<T, void, undefined>) => ({ from, result: await from.next() })
  const pending = new Map(generators.map((from) => [from, next(from)]))
  try {
    while (pending.size > 0) {
      const { from, result } = await Promise.race(pending.values())
      if (result.done) pending.delete(from)
      else {
        // Moved to the end of the map, so that every generator gets its turn.
        pending.delete(from)
        pending.set(from, next(from))
        yield result.value
      }
    }
  } finally {
    await Promise.all([...pending.keys()].map((from) => from.return()))
  }
}
