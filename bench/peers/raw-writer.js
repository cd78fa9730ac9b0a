import { each, eachAsync, bytesOf } from '../lib/items.js'
import { jetstream } from '@nats-io/jetstream'
import { connectRaw } from '../lib/connect-raw.js'
import { serve } from '../lib/peer.js'

const SLICE = 1024 * 1024
/** Bytes of slices that receivers have not told of. */
const WINDOW = 16 * 1024 * 1024
/** Bytes without an acknowledgement of JetStream. */
const STORE_WINDOW = 4 * 1024 * 1024
/** Messages after which a writer of integers lets its socket have its turn. */
const TURN = 4096

/** Publishes with NATS.js as fast as it goes: the time counts until every receiver has said that it has all. */
serve(async ({ address, receivers }) => {
  const nc = await connectRaw(address)
  const ready = counter(nc, 'bench.ready')
  const done = counter(nc, 'bench.done')
  await nc.flush()
  return {
    run: async ({ kind, count, asynchronous, stored }) => {
      await ready.reach(receivers)
      const start = performance.now()
      if (stored) await store(nc, each(kind, count))
      else if (bytesOf(kind)) await publishSlices(nc, each(kind, count), receivers)
      else if (asynchronous) await publishEach(nc, eachAsync(kind, count))
      else await publishEach(nc, each(kind, count))
      await nc.flush()
      await done.reach(receivers)
      return (performance.now() - start) / 1000
    },
    close: () => nc.close(),
  }
})

/** Counts messages; `reach(n)` resolves when n have come, and begins anew. */
function counter(nc, subject) {
  let count = 0
  let check = () => undefined
  nc.subscribe(subject, {
    callback: () => {
      count++
      check()
    },
  })
  const reach = (wanted) =>
    new Promise((resolve) => {
      check = () => {
        if (count < wanted) return
        count -= wanted
        check = () => undefined
        resolve()
      }
      check()
    })
  return { reach }
}

/** As many on their way to JetStream without its acknowledgement as the window allows. */
async function store(nc, items) {
  const js = jetstream(nc)
  const pending = new Set()
  let bytes = 0
  for (const item of items) {
    while (bytes + item.length > STORE_WINDOW) await Promise.race(pending)
    bytes += item.length
    const acknowledged = js.publish('bench.stored', item).then(() => {
      bytes -= item.length
      pending.delete(acknowledged)
    })
    pending.add(acknowledged)
  }
  await Promise.all(pending)
}

async function publishEach(nc, items) {
  let number = 0
  let flushed
  const publish = (item) => {
    nc.publish('bench.data', String(item))
    return ++number % TURN === 0
  }
  const turn = async () => {
    await flushed
    flushed = nc.flush()
  }
  if (Symbol.asyncIterator in items) {
    for await (const item of items) if (publish(item)) await turn()
  } else {
    for (const item of items) if (publish(item)) await turn()
  }
}

async function publishSlices(nc, items, receivers) {
  const credits = Array.from({ length: receivers }, () => 0)
  let wake = () => undefined
  const subscription = nc.subscribe('bench.credit.*', {
    callback: (_, message) => {
      credits[Number(message.subject.split('.')[2])] = Number(message.string())
      wake()
    },
  })
  let sent = 0
  for (const item of items) {
    for (let offset = 0; offset < item.length; offset += SLICE) {
      const slice = item.subarray(offset, offset + SLICE)
      while (sent + slice.length - Math.min(...credits) > WINDOW)
        await new Promise((resolve) => (wake = resolve))
      nc.publish('bench.data', slice)
      sent += slice.length
    }
  }
  subscription.unsubscribe()
}
