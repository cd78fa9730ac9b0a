import { bytesOf } from '../lib/items.js'
import { withServer } from '../lib/server.js'
import { ownMemory, processTree } from '../lib/process.js'
import { runStream, withSide } from '../lib/sides.js'

const MIB = 1024 * 1024
const GIB = 1024 * MIB
const SAMPLE_MS = 100

/** The most memory that each process has at a time, its ring aside, while so much is streamed to three receivers. */
export const memoryRows = ['shm', 'jetstream'].map((lane) => ({
  name: `stream.memory.${lane}`,
  target: '< 300 MiB',
  // With a server of its own: the one of the other rows still has what those made it take.
  measure: ({ gib }) => {
    const others = new Set(processTree(process.pid).map(({ pid }) => pid))
    return withServer((address) =>
      withSide('daffi', { address, receivers: 3 }, async (daffi) => {
        const of = new Map([
          [daffi.writer.pid, 'writer'],
          ...daffi.receivers.map(({ pid }) => [pid, 'receivers']),
        ])
        const peak = { writer: 0, receivers: 0, server: 0 }
        const sampling = setInterval(() => {
          for (const { pid, command } of processTree(process.pid)) {
            if (others.has(pid)) continue
            const who = command === 'nats-server' ? 'server' : of.get(pid)
            if (who) peak[who] = Math.max(peak[who], ownMemory(pid) / MIB)
          }
        }, SAMPLE_MS)
        try {
          const count = Math.ceil((gib * GIB) / bytesOf('1080p'))
          const options = lane === 'shm' ? {} : { shm: false }
          await runStream(daffi, { callback: 'own', kind: '1080p', count, options })
        } finally {
          clearInterval(sampling)
        }
        return Object.entries(peak).map(([who, value]) => ({
          name: `stream.memory.${lane}.${who}`,
          value,
          unit: 'MiB',
          baseline: null,
          ratio: null,
        }))
      }),
    )
  },
}))
