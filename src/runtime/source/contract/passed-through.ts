import { RESUME, type Resumable } from '../../core/stream/resumable.js'

/** Passes the items of a source through a generator. It is resumed as the source is. */
export function passedThrough(
  items: AsyncIterable<unknown> & Resumable,
  pass: (items: Iterable<unknown> | AsyncIterable<unknown>) => AsyncGenerator<unknown, void>,
): AsyncGenerator<unknown, void> & Resumable {
  const passed = pass(items)
  if (!items[RESUME]) return passed
  return Object.assign(passed, {
    [RESUME]: async (position: number) => {
      const rest = await items[RESUME]?.(position)
      return rest && pass(rest)
    },
  })
}
