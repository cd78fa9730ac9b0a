import { deferred, Wakeup, type Deferred } from '../../core/deferred.js'

/**
 * The items of several iterables in the order in which they come. Each is read one item ahead, so that none waits for another.
 * The first error ends all. Whoever leaves early also ends what the iterables wait for.
 */
export async function* merged<T>(iterables: readonly AsyncIterable<T>[]): AsyncGenerator<T, void> {
  const ready: { value: T; taken: Deferred<void> }[] = []
  const changed = new Wakeup()
  let running = iterables.length
  let failure: { error: unknown } | undefined
  let isLeft = false as boolean
  const read = async (iterable: AsyncIterable<T>): Promise<void> => {
    try {
      for await (const value of iterable) {
        if (isLeft) return
        const taken = deferred()
        ready.push({ value, taken })
        changed.notify()
        await taken.promise
      }
    } catch (error) {
      failure ??= { error }
    } finally {
      running--
      changed.notify()
    }
  }
  for (const iterable of iterables) void read(iterable)
  try {
    for (;;) {
      if (failure) throw failure.error
      const [next] = ready
      if (next) {
        yield next.value
        ready.shift()
        next.taken.resolve()
      } else if (running === 0) return
      else await changed.wait()
    }
  } finally {
    isLeft = true
    for (const { taken } of ready) taken.resolve()
  }
}
