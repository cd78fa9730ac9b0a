import { discardStored, STORED } from '../lib/discard-stored.js'
import { bytesOf } from '../lib/items.js'
import { runLoop, runRaw, runStream, withSide } from '../lib/sides.js'
import { compare } from '../lib/statistics.js'

const MIB = 1024 * 1024

const shm = { callback: 'own' }
const borrow = { callback: 'borrowed' }
const jetstream = { callback: 'own', options: { shm: false } }
const frames = { kind: '1080p', unit: 'MiB/s', counts: { ours: 2000, raw: 200 } }
const ints = { kind: 'ints', unit: 'items/s', counts: { ours: 2_000_000, raw: 200_000 } }

/**
 * Items a second of a stream to each receiver, against those of a program that uses NATS.js alone. `counts`
 * are items of a run, so many that it lasts about a second or longer: what a stream's start costs is not its throughput.
 */
const STREAMS = [
  { name: 'stream.ints.vs_raw', ...ints, ours: shm, receivers: 1, target: 12 },
  {
    name: 'stream.ints.async.vs_raw',
    ...ints,
    ours: { callback: 'asynchronous', asynchronous: true },
    receivers: 1,
    target: 4,
  },
  {
    name: 'stream.ints.vs_loop',
    ...ints,
    counts: { ours: 2_000_000, raw: 2000 },
    ours: shm,
    loop: true,
    receivers: 1,
    target: 100,
  },
  { name: 'stream.1080p.shm.vs_nats', ...frames, ours: shm, receivers: 1, target: 5, memory: true },
  {
    name: 'stream.1080p.shm.borrow.vs_nats',
    ...frames,
    ours: borrow,
    receivers: 1,
    target: 12,
    memory: true,
  },
  { name: 'stream.1080p.shm3.vs_nats3', ...frames, ours: shm, receivers: 3, target: 4, memory: true },
  {
    name: 'stream.1080p.shm3.borrow.vs_nats3',
    ...frames,
    ours: borrow,
    receivers: 3,
    target: 14,
    memory: true,
  },
  {
    name: 'stream.1080p.jetstream.vs_nats',
    ...frames,
    counts: { ours: 200, raw: 200 },
    ours: jetstream,
    receivers: 1,
    target: 0.6,
  },
  {
    name: 'stream.64k.durable.vs_js',
    kind: '64k',
    unit: 'MiB/s',
    counts: { ours: 4000, raw: 4000 },
    ours: { callback: 'own', options: { delivery: 'durable', name: STORED } },
    stored: true,
    receivers: 1,
    target: 0.9,
  },
]

export const throughputRows = STREAMS.map(({ name, target, memory, ...stream }) => ({
  name,
  target: `>= ${target} x`,
  memory,
  measure: (context) => measure(name, stream, context),
}))

/** A first run of each, shorter, is not counted: it finds the code cold. */
async function measure(
  name,
  { kind, unit, counts, ours, loop, stored, receivers },
  { address, pairs, profile },
) {
  const rate = (count, seconds) => (count * (bytesOf(kind) / MIB || 1)) / seconds
  const setup = { address, receivers, profile }
  return await withSide('daffi', setup, (daffi) =>
    withSide('raw', setup, async (raw) => {
      const stream = async (count) => {
        const { seconds } = await runStream(daffi, { kind, count, ...ours })
        if (stored) await discardStored(address)
        return rate(count, seconds)
      }
      const baseline = async (count) => {
        const order = { kind, count, stored, asynchronous: ours.asynchronous }
        return rate(count, loop ? await runLoop(daffi, { ...order, ...ours }) : await runRaw(raw, order))
      }
      await baseline(Math.ceil(counts.raw / 10))
      await stream(Math.ceil(counts.ours / 10))
      const result = await compare({
        pairs,
        ours: () => stream(counts.ours),
        raw: () => baseline(counts.raw),
      })
      return [{ name, unit, ...result }]
    }),
  )
}
