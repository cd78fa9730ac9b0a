import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { judgeStream } from '../lib/judge.js'
import { isDurable } from '../lib/kinds.js'
import { Pipeline } from '../lib/pipeline.js'
import { NAME, RUN, withServer } from '../lib/run.js'
import { recoveryOf } from '../lib/truth.js'

const PER_SECOND = 20
/** Room for what the streams may keep, and a little more. */
const DISK = '256m'
const FULL_MS = 8000
const AFTER_MS = 12_000
const END_MS = 20_000
/** The server has to be restarted, since it takes nothing any more after a failed write. */
const MAX_RECOVERY_MS = 10_000

/** Fills the disk of the server's store, and makes room again. Needs the right to mount. */
export const full = {
  name: 'full',
  runs: ({ times }) =>
    Array.from({ length: times }, (_, time) => ({
      row: 'disk full',
      column: `for ${FULL_MS / 1000} s`,
      time,
    })),
  async perform(_run, { kinds: all, seed }) {
    const kinds = all.filter(isDurable)
    if (kinds.length === 0) return []
    const store = await mkdtemp(join(tmpdir(), 'daffi-chaos-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', store])
    try {
      return await withServer({ kinds, store }, async ({ folder, server, leftovers }) => {
        const urls = { writer: server.url, r1: server.url, r2: server.url }
        const pipeline = new Pipeline({ folder, pipeline: NAME, kinds, urls, perSecond: PER_SECOND, seed })
        try {
          await pipeline.flows()
          const junk = join(store, 'junk')
          fill(junk)
          await delay(FULL_MS)
          rmSync(junk)
          const freed = Date.now()
          await delay(AFTER_MS)
          const { ends, reasons } = await pipeline.end(END_MS)
          const left = await leftovers()
          const truth = pipeline.truth()
          const streams = kinds.map((kind) => {
            const recovery = Math.max(...Object.values(truth[kind]).map((lines) => recoveryOf(lines, freed)))
            const late = recovery > MAX_RECOVERY_MS ? ['nothing flows after there is room again'] : []
            const end = ends.find((each) => each.kind === kind)
            return { kind, recovery, reasons: [...late, ...judgeStream(kind, end, truth[kind])] }
          })
          return [...streams, { kind: RUN, recovery: 0, reasons: [...reasons, ...left] }]
        } finally {
          pipeline.kill()
        }
      })
    } finally {
      execFileSync('umount', ['-l', store])
      await rm(store, { recursive: true })
    }
  },
}

/** Writes until nothing goes in any more. */
function fill(file) {
  const handle = openSync(file, 'w')
  const block = Buffer.alloc(64 * 1024)
  try {
    for (;;) writeSync(handle, block)
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error
  } finally {
    closeSync(handle)
  }
}
