import { setTimeout as delay } from 'node:timers/promises'
import { judgeStream } from '../lib/judge.js'
import { Pipeline } from '../lib/pipeline.js'
import { untilQuiet } from '../lib/quiet.js'
import { NAME, PER_SECOND, RUN, START_MS, withServer } from '../lib/run.js'
import { isDurable } from '../lib/kinds.js'
import { longestGap } from '../lib/truth.js'

const RESTARTS = 6
const AFTER_MS = 4000
const END_MS = 20_000
/** Longest time without an item; the server itself needs a moment for each start. */
const MAX_GAP_MS = 3000

/** Kills the server again and again, and starts it at once. Items in its memory are lost, so only durable streams go on. */
export const storm = {
  name: 'storm',
  runs: ({ times }) =>
    Array.from({ length: times }, (_, time) =>
      [2.5, 7].map((seconds) => ({ row: 'server killed', column: `every ${seconds} s`, seconds, time })),
    ).flat(),
  async perform({ seconds }, { kinds: all, seed }) {
    const kinds = all.filter(isDurable)
    if (kinds.length === 0) return []
    return await withServer({ kinds }, async ({ folder, server, leftovers }) => {
      const urls = { writer: server.url, r1: server.url, r2: server.url }
      await untilQuiet(0, START_MS)
      const pipeline = new Pipeline({ folder, pipeline: NAME, kinds, urls, perSecond: PER_SECOND, seed })
      try {
        await pipeline.flows()
        const from = Date.now()
        for (let restart = 0; restart < RESTARTS; restart++) {
          await delay(seconds * 1000)
          await server.kill()
          await server.start()
        }
        await delay(AFTER_MS)
        const until = Date.now()
        const { ends, reasons } = await pipeline.end(END_MS)
        const left = await leftovers()
        const truth = pipeline.truth()
        const streams = kinds.map((kind) => {
          const recovery = Math.max(
            ...Object.values(truth[kind]).map((lines) => longestGap(lines, from, until)),
          )
          const late = recovery > MAX_GAP_MS ? [`${recovery} ms without an item`] : []
          const end = ends.find((each) => each.kind === kind)
          return { kind, recovery, reasons: [...late, ...judgeStream(kind, end, truth[kind])] }
        })
        return [...streams, { kind: RUN, recovery: 0, reasons: [...reasons, ...left] }]
      } finally {
        pipeline.kill()
      }
    })
  },
}
