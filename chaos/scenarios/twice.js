import { setTimeout as delay } from 'node:timers/promises'
import { judgeKilled } from '../lib/judge-killed.js'
import { RUN, withUp } from '../lib/run.js'
import { longestGap } from '../lib/truth.js'
import { daffi } from '../lib/up.js'

const STARTS = 10
const AFTER_MS = 3000
const END_MS = 30_000
const MAX_GAP_MS = 2000

/** Commands that start something of a name that runs. */
const COMMANDS = {
  up: () => ['up', 'pipeline.yaml'],
  'node (writer)': () => ['node', '--name', 'writer', '-f', 'pipeline.yaml'],
  'node (receiver)': () => ['node', '--name', 'r1', '-f', 'pipeline.yaml'],
  stream: (kinds) => ['stream', kinds[0], '-f', 'pipeline.yaml'],
}

/** Starts what runs a second time, again and again: it is refused, and the one that runs does not notice. */
export const twice = {
  name: 'twice',
  runs: ({ times }) =>
    Array.from({ length: times }, (_, time) =>
      Object.keys(COMMANDS).map((what) => ({ row: 'started again', column: what, what, time })),
    ).flat(),
  async perform({ what }, { kinds }) {
    return await withUp({ kinds }, async ({ folder, up, leftovers }) => {
      const from = Date.now()
      const accepted = []
      for (let start = 0; start < STARTS; start++) {
        const second = daffi(folder, COMMANDS[what](kinds))
        const [code] = await second.exited
        if (!/DAFFI_DUPLICATE_NAME|is taken/.test(second.output.stderr) || code === 0)
          accepted.push(`not refused: ${code} ${second.output.stderr.slice(-300)}`)
      }
      await delay(AFTER_MS)
      const until = Date.now()
      const result = await up.end(END_MS)
      const truth = up.truth()
      const streams = kinds.map((kind) => {
        const recovery = Math.max(
          ...Object.values(truth[kind]).map((lines) => longestGap(lines, from, until)),
        )
        const late = recovery > MAX_GAP_MS ? [`${recovery} ms without an item`] : []
        const ends = result.streams.filter(({ call }) => call === kind)
        const parts = ends.length === 1 ? [] : [`${ends.length} streams in place of one`]
        return {
          kind,
          recovery,
          reasons: [...late, ...parts, ...judgeKilled(kind, ends, truth[kind], undefined)],
        }
      })
      return [
        ...streams,
        { kind: RUN, recovery: 0, reasons: [...accepted, ...(await leftovers({ unfinished: true }))] },
      ]
    })
  },
}
