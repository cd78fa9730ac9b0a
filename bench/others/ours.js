import { runStream, withCaller, withSide } from '../lib/sides.js'
import { mibPerSecond } from './figures.js'

/** Frames of the rows at a pace: their format decides how many bytes a pixel has. */
const SHAPES = {
  '720p': { width: 1280, height: 720, format: 'bgr24' },
  '40mb': { width: 8000, height: 5000, format: 'gray' },
  '4k': { width: 64, height: 64, format: 'gray' },
}

export const ourSystems = [
  ourItems('ours, owned', { items: 'own', frames: 'show' }),
  ourItems('ours, borrowed', { items: 'borrowed', frames: 'showBorrowed' }),
  {
    name: 'ours',
    isOurs: true,
    needs: [],
    fits: ({ kind }) => kind === 'call',
    measure: ({ order: { text, warmup, count, inFlight, flights } }, { address }) =>
      withCaller('daffi', { address, callees: 1 }, async (caller) => {
        const call = { call: 'echo', text }
        await caller.tell({ ...call, count: warmup })
        const { p50, p99 } = await caller.tell({ ...call, count })
        const { rate } = await caller.tell({ ...call, count: flights, inFlight })
        return { p50, p99, rate, notes: [] }
      }),
  },
]

function ourItems(name, callbacks) {
  return {
    name,
    isOurs: true,
    needs: [],
    fits: ({ kind }) => kind === 'items',
    measure: ({ order }, { address }) =>
      withSide('daffi', { address, receivers: order.receivers }, (sides) =>
        order.rate ? latency(sides, order, callbacks.frames) : throughput(sides, order, callbacks.items),
      ),
  }
}

/** Measures one stream, whose start belongs to the warm-up, as with the others. */
async function throughput(sides, { item, bytes, count, warmup }, callback) {
  const { seconds } = await runStream(sides, { callback, kind: item, count: warmup + count, from: warmup })
  return { rate: mibPerSecond(bytes, count, seconds), notes: [] }
}

async function latency(sides, { item, count, rate }, callback) {
  const camera = { fps: rate, ...SHAPES[item] }
  const order = { callback, kind: item, count, camera, options: { delivery: 'live' } }
  const { summary } = await runStream(sides, order)
  const { latencyMs, dropped } = summary.receivers['receiver-0']
  return { ...latencyMs, notes: dropped ? [`${dropped} dropped`] : [] }
}
