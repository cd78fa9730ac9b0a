import { Global, NO_RETURN, STREAM } from 'daffi'
import { each, eachAsync, frames } from '../lib/items.js'
import { serve } from '../lib/peer.js'

/** Streams to the receivers; each run gives its seconds and the summary. */
serve(async ({ address, receivers }) => {
  const g = await Global.connect({
    server: address.url,
    token: address.token,
    pipeline: 'bench',
    processName: 'writer',
  })
  for (let index = 0; index < receivers; index++) await g.waitProcess(`receiver-${index}`)
  return {
    run: async ({ callback, kind, count, camera, asynchronous, loop, options = {} }) => {
      const start = performance.now()
      const seconds = () => (performance.now() - start) / 1000
      if (loop) {
        for (const item of each(kind, count)) await g.call[callback](item).with(NO_RETURN)
        return { seconds: seconds() }
      }
      const items = camera
        ? frames({ kind, count, ...camera })
        : asynchronous
          ? eachAsync(kind, count)
          : each(kind, count)
      const summary = await g.call[callback](items).with(STREAM(options))
      return { seconds: seconds(), summary }
    },
    close: () => g.close(),
  }
})
