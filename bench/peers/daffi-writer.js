import { Global, NO_RETURN, STREAM } from 'daffi'
import { each, eachAsync, frames } from '../lib/items.js'
import { serve } from '../lib/peer.js'

/** Streams to the receivers; each run gives its seconds, from item `from` on, and the summary. */
serve(async ({ address, receivers }) => {
  const g = await Global.connect({
    server: address.url,
    token: address.token,
    pipeline: 'bench',
    processName: 'writer',
  })
  for (let index = 0; index < receivers; index++) await g.waitProcess(`receiver-${index}`)
  return {
    run: async ({ callback, kind, count, camera, asynchronous, loop, from = 0, options = {} }) => {
      let start = performance.now()
      const seconds = () => (performance.now() - start) / 1000
      if (loop) {
        for (const item of each(kind, count)) await g.call[callback](item).with(NO_RETURN)
        return { seconds: seconds() }
      }
      const items = camera
        ? frames({ kind, count, ...camera })
        : asynchronous
          ? eachAsync(kind, count)
          : from > 0
            ? behind(each(kind, count), from, () => (start = performance.now()))
            : each(kind, count)
      const summary = await g.call[callback](items).with(STREAM(options))
      return { seconds: seconds(), summary }
    },
    close: () => g.close(),
  }
})

/** The same items; `begin` is called when so many of them are taken. */
function* behind(items, from, begin) {
  let taken = 0
  for (const item of items) {
    if (taken++ === from) begin()
    yield item
  }
}
