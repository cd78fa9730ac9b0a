import { setTimeout as delay } from 'node:timers/promises'
import { HoldingProxy } from '../lib/holding-proxy.js'
import { judgeStream } from '../lib/judge.js'
import { Pipeline } from '../lib/pipeline.js'
import { untilQuiet } from '../lib/quiet.js'
import { randomOf } from '../lib/random.js'
import { NAME, PER_SECOND, RUN, START_MS, withServer } from '../lib/run.js'
import { recoveryOf } from '../lib/truth.js'

/** Parts that stand still: a process by SIGSTOP, or its way to the server by held bytes. */
export const WHO = ['writer', 'receiver', 'server', 'writer network', 'receiver network']

/** The pause begins at a random moment of so many milliseconds after everything flows. */
const MOMENTS_MS = 2000
/** The streams go on for so long after the pause. */
const AFTER_MS = 4000
const END_MS = 15_000
const MAX_RECOVERY_MS = 2000

/** Lets one stand still for a while, and judges every stream. */
export const pause = {
  name: 'pause',
  runs: ({ times, who, pauses }) =>
    Array.from({ length: times }, (_, time) =>
      // Longest first, so that no long one is alone at the end.
      [...pauses]
        .sort((a, b) => b - a)
        .flatMap((seconds) =>
          who.map((each) => ({ row: each, column: `${seconds} s`, who: each, seconds, time })),
        ),
    ).flat(),
  flags: ({ who, seconds }) => ['--who', `'${who}'`, '--pauses', String(seconds)],
  async perform({ who, seconds }, { kinds, seed }) {
    return await withServer({ kinds }, async ({ folder, server, leftovers }) => {
      const proxy = await HoldingProxy.start(server.port)
      const held = { 'writer network': 'writer', 'receiver network': 'r1' }[who]
      const names = ['writer', 'r1', 'r2']
      const urls = Object.fromEntries(names.map((name) => [name, name === held ? proxy.url : server.url]))
      await untilQuiet(0, START_MS)
      const pipeline = new Pipeline({ folder, pipeline: NAME, kinds, urls, perSecond: PER_SECOND, seed })
      try {
        await pipeline.flows()
        await delay(randomOf(seed)() * MOMENTS_MS)
        const { stop, go } = brakeOf(who, { server, proxy, pipeline })
        await untilQuiet(seconds * 1000, MAX_RECOVERY_MS)
        stop()
        await delay(seconds * 1000)
        go()
        const released = Date.now()
        await delay(AFTER_MS)
        const { ends, reasons } = await pipeline.end(END_MS)
        const left = await leftovers()
        const truth = pipeline.truth()
        const streams = kinds.map((kind) => {
          const end = ends.find((each) => each.kind === kind)
          const { recovery, late } = judgeRecovery(truth[kind], released)
          return { kind, recovery, reasons: [...late, ...judgeStream(kind, end, truth[kind])] }
        })
        return [...streams, { kind: RUN, recovery: 0, reasons: [...reasons, ...left] }]
      } finally {
        pipeline.kill()
        await proxy.close()
      }
    })
  },
}

/** Judges how soon the slowest receiver had something that was made after the pause. */
function judgeRecovery(books, released) {
  const recovery = Math.max(...Object.values(books).map((lines) => recoveryOf(lines, released)))
  if (recovery === Infinity) return { recovery, late: ['nothing flows after the pause'] }
  return { recovery, late: recovery > MAX_RECOVERY_MS ? [`flows again after ${recovery} ms`] : [] }
}

/** How one is stopped, and goes on. */
function brakeOf(who, { server, proxy, pipeline }) {
  if (who.endsWith('network')) return { stop: () => proxy.hold(), go: () => proxy.release() }
  const { pid } = { server, writer: pipeline.writer, receiver: pipeline.receivers.r1 }[who]
  return { stop: () => process.kill(pid, 'SIGSTOP'), go: () => process.kill(pid, 'SIGCONT') }
}
