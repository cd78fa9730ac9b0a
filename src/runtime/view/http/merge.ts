/** The values of several generators as they come; each is asked for its next when its last was taken. */
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
        // To the end of the row, so that none is passed over for long.
        pending.delete(from)
        pending.set(from, next(from))
        yield result.value
      }
    }
  } finally {
    await Promise.all([...pending.keys()].map((from) => from.return()))
  }
}
