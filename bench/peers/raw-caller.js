import { jetstream } from '@nats-io/jetstream'
import { createInbox, nuid } from '@nats-io/transport-node'
import { assertSize, assertSum, FRAME, measure } from '../lib/calls.js'
import { connectRaw } from '../lib/connect-raw.js'
import { serve } from '../lib/peer.js'

const TIMEOUT_MS = 30_000

/** Asks raw-callee.js for `[1, 2]` in JSON, again and again. */
serve(async ({ address, callees }) => {
  const nc = await connectRaw(address)
  const askAll = gatherer(nc, callees)
  const doJob = submitter(nc)
  const args = () => JSON.stringify([1, 2])
  const calls = {
    request: async () => {
      const message = await nc.request('bench.call.add', args(), { timeout: TIMEOUT_MS })
      assertSum(message.json())
    },
    frame: async () => {
      const message = await nc.request('bench.call.size', FRAME, { timeout: TIMEOUT_MS })
      assertSize(Number(message.string()))
    },
    broadcast: async () => {
      for (const message of await askAll(args())) assertSum(message.json())
    },
    job: async () => {
      const message = await doJob(args())
      assertSum(message.json())
    },
  }
  await nc.flush()
  return { run: (order) => measure(order, calls[order.call]), close: () => nc.close() }
})

/** One request to all, and one inbox for their answers. */
function gatherer(nc, callees) {
  const inbox = createInbox()
  let take
  nc.subscribe(inbox, { callback: (_, message) => take(message) })
  return (payload) =>
    new Promise((resolve) => {
      const answers = []
      take = (message) => {
        if (answers.push(message) === callees) resolve(answers)
      }
      nc.publish('bench.all.add', payload, { reply: inbox })
    })
}

/** Resolves when a result was heard of; JetStream had said that it has the job. */
function submitter(nc) {
  const js = jetstream(nc)
  const waiting = new Map()
  nc.subscribe('bench.result.*', {
    callback: (_, message) => {
      waiting.get(message.subject)?.(message)
      waiting.delete(message.subject)
    },
  })
  return async (payload) => {
    const id = nuid.next()
    const result = new Promise((resolve) => waiting.set(`bench.result.${id}`, resolve))
    await js.publish(`bench.job.${id}`, payload)
    return await result
  }
}
