import { setTimeout as delay } from 'node:timers/promises'
import { judgeKilled } from '../lib/judge-killed.js'
import { untilQuiet } from '../lib/quiet.js'
import { randomOf } from '../lib/random.js'
import { RUN, START_MS, withUp } from '../lib/run.js'
import { longestGap } from '../lib/truth.js'

const MOMENTS_MS = 2000
/** A node is started again within a second or two, and has to load everything. */
const MAX_RECOVERY_MS = 8000
const AFTER_MS = 8000
const END_MS = 30_000

export const WHAT = ['writer', 'receiver']

/** Kills a node of a pipeline under `daffi up`, which starts it again. */
export const kill = {
  name: 'kill',
  runs: ({ times }) =>
    Array.from({ length: times }, (_, time) =>
      WHAT.map((what) => ({ row: `${what} killed`, column: 'once', what, time })),
    ).flat(),
  async perform({ what }, { kinds, seed }) {
    return await withUp({ kinds }, async ({ up, leftovers }) => {
      await delay(randomOf(seed)() * MOMENTS_MS)
      const killed = what === 'writer' ? 'writer' : 'r1'
      await untilQuiet(0, START_MS)
      const at = Date.now()
      process.kill(up.pidOf(killed), 'SIGKILL')
      await delay(AFTER_MS)
      const until = Date.now()
      const result = await up.end(END_MS)
      const truth = up.truth()
      const streams = kinds.map((kind) => {
        const recovery = Math.max(...Object.values(truth[kind]).map((lines) => longestGap(lines, at, until)))
        const late = recovery > MAX_RECOVERY_MS - 1000 ? [`flows again after ${recovery} ms`] : []
        const ends = result.streams.filter(({ call }) => call === kind)
        return { kind, recovery, reasons: [...late, ...judgeKilled(kind, ends, truth[kind], killed)] }
      })
      return [...streams, { kind: RUN, recovery: 0, reasons: await leftovers({ unfinished: true }) }]
    })
  },
}
