import { setTimeout as delay } from 'node:timers/promises'
import { randomOf } from '../lib/random.js'
import { RUN, withServer } from '../lib/run.js'
import { judgeNumbers, Stages, STAGES } from '../lib/stages.js'

const LOOK_EVERY_MS = 20
/** How often each stage, and the server, is killed. */
const KILLS = 2
/** Longest time in which nothing new arrives. */
const MAX_SILENCE_MS = 60_000

/** Kills durable stages and their server at random items: each number arrives, in order, and has its effect once. */
export const stages = {
  name: 'stages',
  flags: ({ items }) => ['--items', String(items)],
  runs: ({ times, items }) =>
    Array.from({ length: times }, (_, time) => ({
      row: 'stages and server killed',
      column: `${items} items`,
      items,
      time,
    })),
  async perform({ items }, { seed }) {
    return await withServer({ kinds: [] }, async ({ folder, server }) => {
      const run = new Stages({ folder, url: server.url, items, delivery: 'durable' })
      try {
        const random = randomOf(seed)
        const kills = Array.from({ length: KILLS }, () => [...STAGES, 'server'])
          .flat()
          .map((what) => ({ what, at: Math.floor(random() * items) }))
          .sort((one, other) => one.at - other.at)
        let silence = 0
        for (const { what, at } of kills) {
          silence = Math.max(silence, await reached(run, at))
          if (what === 'server') {
            await server.kill()
            await server.start()
          } else await killStage(run, what)
        }
        silence = Math.max(silence, await reached(run, items))
        const { log, result } = await run.end()
        const reasons = judgeNumbers(run.truth(), items)
        // That a stage was killed before its stream was over is what the run ends with.
        const { code } = result.error ?? {}
        if (code !== undefined && code !== 'DAFFI_WRITER_DIED') reasons.push(`ended with ${code}: ${log}`)
        return [{ kind: RUN, recovery: silence, reasons }]
      } finally {
        run.kill()
      }
    })
  },
}

/** Resolves when so many lines were written, or the run is over, with the longest silence until then. */
async function reached(run, count) {
  let [lines, since, silence] = [run.truth().length, Date.now(), 0]
  while (lines < count && !run.ended) {
    await delay(LOOK_EVERY_MS)
    const now = run.truth().length
    silence = Math.max(silence, Date.now() - since)
    if (now > lines) [lines, since] = [now, Date.now()]
    else if (Date.now() - since > MAX_SILENCE_MS) throw new Error(`nothing new after ${lines} items`)
  }
  return silence
}

async function killStage(run, stage) {
  let killed
  // It may be just between two processes.
  while (!killed && !run.ended) {
    const pid = run.pidOf(stage)
    if (pid !== undefined && isKilled(pid)) killed = pid
    else await delay(LOOK_EVERY_MS)
  }
  // The next kill may be meant for it, too: that is of another process.
  while (run.pidOf(stage) === killed && !run.ended) await delay(LOOK_EVERY_MS)
}

function isKilled(pid) {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}
