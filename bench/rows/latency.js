import { runStream, withSide } from '../lib/sides.js'

const SECONDS = 6
const hd = { kind: '720p', camera: { fps: 30, width: 1280, height: 720 } }
const small = { kind: '4k', camera: { fps: 100, width: 64, height: 64, format: 'gray' } }
const huge = { kind: '40mb', camera: { fps: 10, width: 8000, height: 5000, format: 'gray' } }

const STREAMS = [
  { name: 'stream.latency.720p30.shm', ...hd, callback: 'show', target: '< 2 ms' },
  { name: 'stream.latency.720p30.shm.borrow', ...hd, callback: 'showBorrowed' },
  {
    name: 'stream.latency.720p30.jetstream',
    ...hd,
    callback: 'show',
    options: { shm: false },
    target: '< 15 ms',
  },
  { name: 'stream.latency.4k100.shm', ...small, callback: 'show', target: '0.1 ms' },
  { name: 'stream.latency.40mb10.shm', ...huge, callback: 'show' },
  { name: 'stream.latency.40mb10.shm.borrow', ...huge, callback: 'showBorrowed' },
]

/** From a frame's capture to the start of the callback, at the rate of a camera. */
export const latencyRows = STREAMS.map(({ name, kind, camera, callback, options = {}, target }) => ({
  name,
  target,
  measure: ({ address, profile }) =>
    withSide('daffi', { address, receivers: 1, profile }, async (daffi) => {
      const order = { callback, kind, camera, options: { delivery: 'live', ...options } }
      const { summary } = await runStream(daffi, { ...order, count: SECONDS * camera.fps })
      const { p50, p99 } = summary.receivers['receiver-0'].latencyMs
      const row = (part, value) => ({ name: part, value, unit: 'ms', baseline: null, ratio: null })
      return [row(name, p50), row(`${name}.p99`, p99)]
    }),
}))
