import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import { connectRaw } from '../lib/connect-raw.js'
import { serve } from '../lib/peer.js'

/** Jobs that JetStream may deliver ahead. */
const AHEAD = 256

/** Adds what it is asked to, in JSON: as one of a queue group, as one of all, and from a work queue. */
serve(async ({ address }) => {
  const nc = await connectRaw(address)
  const callback = (_, message) => message.respond(JSON.stringify(add(message.json())))
  nc.subscribe('bench.call.add', { queue: 'bench', callback })
  nc.subscribe('bench.all.add', { callback })
  nc.subscribe('bench.call.size', { callback: (_, message) => message.respond(String(message.data.length)) })
  const jobs = await takeJobs(nc)
  await nc.flush()
  return {
    close: async () => {
      await jobs.close()
      await nc.close()
    },
  }
})

const add = ([a, b]) => a + b

/** A job is acknowledged when JetStream has its result on file. */
async function takeJobs(nc) {
  const js = jetstream(nc)
  const jsm = await jetstreamManager(nc)
  const storage = StorageType.File
  await jsm.streams.add({
    name: 'bench-jobs',
    subjects: ['bench.job.*'],
    storage,
    retention: RetentionPolicy.Workqueue,
  })
  await jsm.streams.add({
    name: 'bench-results',
    subjects: ['bench.result.*'],
    storage,
    max_msgs_per_subject: 1,
  })
  await jsm.consumers.add('bench-jobs', { durable_name: 'add', ack_policy: AckPolicy.Explicit })
  const consumer = await js.consumers.get('bench-jobs', 'add')
  const messages = await consumer.consume({
    max_messages: AHEAD,
    callback: async (message) => {
      const id = message.subject.split('.').at(-1)
      await js.publish(`bench.result.${id}`, JSON.stringify(add(message.json())))
      message.ack()
    },
  })
  return { close: () => messages.close() }
}
