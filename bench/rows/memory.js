import { bytesOf } from '../lib/items.js'
import { ownMemory, processTree } from '../lib/process.js'
import { runStream, withSide } from '../lib/sides.js'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const SAMPLE_MS = 100

/** The most memory that any process has at a time, its ring aside, while so much is streamed to three receivers. */
export const memoryRows = ['shm', 'jetstream'].map((lane) => ({
  name: `stream.memory.${lane}`,
  target: '< 300 MiB',
  measure: ({ address, gib }) =>
    withSide('daffi', { address, receivers: 3 }, async (daffi) => {
      const peak = new Map()
      const sampling = setInterval(() => {
        for (const { pid } of processTree(process.pid)) {
          if (pid !== process.pid) peak.set(pid, Math.max(peak.get(pid) ?? 0, ownMemory(pid)))
        }
      }, SAMPLE_MS)
      try {
        const count = Math.ceil((gib * GIB) / bytesOf('1080p'))
        const options = lane === 'shm' ? {} : { shm: false }
        await runStream(daffi, { callback: 'own', kind: '1080p', count, options })
      } finally {
        clearInterval(sampling)
      }
      const value = Math.max(...peak.values()) / MIB
      return [{ name: `stream.memory.${lane}`, value, unit: 'MiB', baseline: null, ratio: null }]
    }),
}))
