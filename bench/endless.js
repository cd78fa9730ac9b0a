// A lossless stream of 720p frames at 30 a second to three receivers, for 10 minutes or as long as told: drops, and the
// memory of each process over time.
//
//   node bench/endless.js [--minutes N]
import { parseArgs } from 'node:util'
import { ownMemory, processTree } from './lib/process.js'
import { withServer } from './lib/server.js'
import { runStream, withSide } from './lib/sides.js'

const MIB = 1024 * 1024
const SAMPLE_MS = 15_000
const camera = { fps: 30, width: 1280, height: 720 }

const { values: flags } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const count = Math.round(Number(flags.minutes) * 60 * camera.fps)

await withServer((address) =>
  withSide('daffi', { address, receivers: 3 }, async (daffi) => {
    const names = new Map([
      [daffi.writer.pid, 'writer'],
      ...daffi.receivers.map(({ pid }, index) => [pid, `receiver-${index}`]),
    ])
    const start = performance.now()
    const sample = () => {
      const memory = processTree(process.pid)
        .filter(({ pid, command }) => names.has(pid) || command === 'nats-server')
        .map(({ pid, command }) => `${names.get(pid) ?? command} ${Math.round(ownMemory(pid) / MIB)} MiB`)
      console.log(`${Math.round((performance.now() - start) / 1000)} s: ${memory.join(', ')}`)
    }
    const sampling = setInterval(sample, SAMPLE_MS)
    try {
      const order = { callback: 'show', kind: '720p', camera, count, options: { delivery: 'lossless' } }
      const { summary } = await runStream(daffi, order)
      sample()
      for (const [name, { lane, processed, dropped }] of Object.entries(summary.receivers)) {
        console.log(`${name} (${lane}): ${processed} of ${summary.items} processed, ${dropped} dropped`)
      }
    } finally {
      clearInterval(sampling)
    }
  }),
)
