import { runStream, withSide } from '../lib/sides.js'

const SECONDS = 6
const camera = { fps: 30, width: 1280, height: 720 }

const LANES = [
  { name: 'stream.latency.720p30.shm', options: {}, target: '< 2 ms' },
  { name: 'stream.latency.720p30.jetstream', options: { shm: false }, target: '< 15 ms' },
]

/** From a frame's capture to the start of the callback, at the rate of a camera. */
export const latencyRows = LANES.map(({ name, options, target }) => ({
  name,
  target,
  measure: ({ address, profile }) =>
    withSide('daffi', { address, receivers: 1, profile }, async (daffi) => {
      const order = { callback: 'show', kind: '720p', camera, options: { delivery: 'live', ...options } }
      const { summary } = await runStream(daffi, { ...order, count: SECONDS * camera.fps })
      const { p50, p99 } = summary.receivers['receiver-0'].latencyMs
      const row = (part, value) => ({ name: part, value, unit: 'ms', baseline: null, ratio: null })
      return [row(name, p50), row(`${name}.p99`, p99)]
    }),
}))
