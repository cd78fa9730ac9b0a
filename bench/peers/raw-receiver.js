import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { bytesOf, itemsOf } from '../lib/items.js'
import { connectRaw } from '../lib/connect-raw.js'
import { serve } from '../lib/peer.js'

/** Bytes after which a receiver tells the writer how far it is. */
const CREDIT = 4 * 1024 * 1024
/** Messages that JetStream may deliver ahead; more did not make it faster. */
const AHEAD = 256

/** Receives what raw-writer.js publishes: an integer a message, or items in slices, which are put together again. */
serve(async ({ address, index }) => {
  const nc = await connectRaw(address)
  return {
    run: async ({ kind, count, asynchronous, stored }) => {
      if (stored) return await consume(nc, kind, count)
      const take = bytesOf(kind) ? sliceTaker(nc, kind, index) : intTaker()
      const received = await receive(nc, { count, take, asynchronous })
      if (received !== count) throw new Error(`${received} items came, not ${count}`)
    },
    close: () => nc.close(),
  }
})

/** Resolves when so many items have come. `take` gives the items that a message completes. */
async function receive(nc, { count, take, asynchronous }) {
  let items = 0
  const subscription = asynchronous ? nc.subscribe('bench.data') : undefined
  const done = asynchronous
    ? (async () => {
        for await (const message of subscription) {
          items += await Promise.resolve(take(message))
          if (items >= count) break
        }
      })()
    : new Promise((resolve, reject) => {
        const eager = nc.subscribe('bench.data', {
          callback: (_, message) => {
            try {
              items += take(message)
            } catch (error) {
              reject(error)
            }
            if (items < count) return
            eager.unsubscribe()
            resolve()
          },
        })
      })
  await nc.flush()
  nc.publish('bench.ready')
  await done
  nc.publish('bench.done')
  return items
}

/** Resolves when so many items of a stream on disk have come, and each is acknowledged after it was compared. */
async function consume(nc, kind, count) {
  const jsm = await jetstreamManager(nc)
  const stream = 'bench'
  await jsm.streams.add({ name: stream, subjects: ['bench.stored'] })
  try {
    await jsm.consumers.add(stream, { durable_name: 'reader', ack_policy: AckPolicy.Explicit })
    const consumer = await jetstream(nc).consumers.get(stream, 'reader')
    const messages = await consumer.consume({ max_messages: AHEAD })
    nc.publish('bench.ready')
    const { equals } = itemsOf(kind)
    let number = 0
    for await (const message of messages) {
      if (!equals(message.data, number++)) throw new Error(`item ${number - 1} is not what was sent`)
      message.ack()
      if (number === count) break
    }
    nc.publish('bench.done')
    await nc.flush()
  } finally {
    await jsm.streams.delete(stream)
  }
}

function intTaker() {
  let number = 0
  return (message) => {
    if (Number(message.string()) !== number++) throw new Error(`item ${number - 1} is not what was sent`)
    return 1
  }
}

function sliceTaker(nc, kind, index) {
  const { equals } = itemsOf(kind)
  const item = Buffer.allocUnsafe(bytesOf(kind))
  let number = 0
  let filled = 0
  let received = 0
  let credited = 0
  return (message) => {
    item.set(message.data, filled)
    filled += message.data.length
    received += message.data.length
    if (received - credited >= CREDIT) {
      credited = received
      nc.publish(`bench.credit.${index}`, String(received))
    }
    if (filled < item.length) return 0
    filled = 0
    if (!equals(item, number++)) throw new Error(`item ${number - 1} is not what was sent`)
    return 1
  }
}
