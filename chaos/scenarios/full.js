import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { processesOf, withFolder } from '../lib/folder.js'
import { judgeKilled } from '../lib/judge-killed.js'
import { isDurable } from '../lib/kinds.js'
import { NAME, PER_SECOND, RUN } from '../lib/run.js'
import { recoveryOf } from '../lib/truth.js'
import { Up } from '../lib/up.js'

/** Room for what the streams may keep, and a little more. */
const DISK = '256m'
const FULL_MS = 8000
const AFTER_MS = 15_000
const END_MS = 20_000
/** The server is restarted, since it takes nothing any more after a failed write. */
const MAX_RECOVERY_MS = 10_000

/** Fills the disk on which a project's own server keeps its streams, and makes room again. Needs the right to mount. */
export const full = {
  name: 'full',
  runs: ({ times }) =>
    Array.from({ length: times }, (_, time) => ({
      row: 'disk full',
      column: `for ${FULL_MS / 1000} s`,
      time,
    })),
  async perform(_run, { kinds: all }) {
    const kinds = all.filter(isDurable)
    if (kinds.length === 0) return []
    return await withFolder(async (folder) => {
      const disk = join(folder, '.daffi')
      mkdirSync(disk)
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk])
      try {
        return await fillAndFree({ folder, disk, kinds })
      } finally {
        execFileSync('umount', ['-l', disk])
      }
    })
  },
}

async function fillAndFree({ folder, disk, kinds }) {
  const up = new Up({ folder, pipeline: NAME, kinds, perSecond: PER_SECOND })
  try {
    await up.flows()
    const junk = join(disk, 'junk')
    fill(junk)
    await delay(FULL_MS)
    rmSync(junk)
    const freed = Date.now()
    await delay(AFTER_MS)
    const result = await up.end(END_MS)
    const truth = up.truth()
    const streams = kinds.map((kind) => {
      const recovery = Math.max(...Object.values(truth[kind]).map((lines) => recoveryOf(lines, freed)))
      const late = recovery > MAX_RECOVERY_MS ? ['nothing flows after there is room again'] : []
      const ends = result.streams.filter(({ call }) => call === kind)
      const silent = /DAFFI_|disk|full|space/.test(up.told) ? [] : [`nothing was said of it: ${up.log}`]
      return {
        kind,
        recovery,
        reasons: [...late, ...silent, ...judgeKilled(kind, ends, truth[kind], undefined)],
      }
    })
    const left = processesOf(folder).map(({ command }) => `left behind: process ${command}`)
    return [...streams, { kind: RUN, recovery: 0, reasons: left }]
  } finally {
    up.kill()
  }
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
