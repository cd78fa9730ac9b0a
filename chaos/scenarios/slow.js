import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { processesOf } from '../lib/folder.js'
import { randomOf } from '../lib/random.js'
import { RUN, withServer } from '../lib/run.js'
import { judgeNumbers, Stages, STAGES } from '../lib/stages.js'

const LOOK_EVERY_MS = 250
/** Growth of a process from the second quarter of a run to the last one. */
const MAX_GROWTH_MIB = 32

/** One of the stages of a lossless pipeline is slow now and then: it holds back the source, and no memory grows. */
export const slow = {
  name: 'slow',
  flags: ({ items }) => ['--items', String(items)],
  runs: ({ times, items }) =>
    Array.from({ length: times }, (_, time) => ({
      row: 'a slow stage',
      column: `${items} items`,
      items,
      time,
    })),
  async perform({ items }, { seed }) {
    const stage = STAGES[Math.floor(randomOf(seed)() * STAGES.length)]
    return await withServer({ kinds: [] }, async ({ folder, server }) => {
      const run = new Stages({ folder, url: server.url, items, delivery: 'lossless', slow: stage })
      try {
        const samples = await sampled(run, folder)
        const { code, log, result } = await run.end()
        const reasons = [
          ...judgeNumbers(run.truth(), items),
          ...judgeCounts(result, items),
          ...judgeMemory(samples),
        ]
        if (code !== 0) reasons.push(`ended with ${code}: ${log}`)
        return [{ kind: RUN, recovery: 0, reasons: reasons.map((reason) => `${reason} (slow: ${stage})`) }]
      } finally {
        run.kill()
      }
    })
  },
}

/** Memory of each process until the run is over, in MiB. */
async function sampled(run, folder) {
  const samples = new Map()
  while (!run.ended) {
    for (const { pid, command } of processesOf(folder)) {
      const name = `${command.split(' ').slice(0, 2).join(' ')} (${pid})`
      samples.set(name, [...(samples.get(name) ?? []), memoryOf(pid)])
    }
    await delay(LOOK_EVERY_MS)
  }
  return samples
}

/** Memory of a process without what it shares with others, such as rings of shared memory; 0 when it has ended. */
function memoryOf(pid) {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

function judgeMemory(samples) {
  return [...samples].flatMap(([name, all]) => {
    const values = all.filter((value) => value > 0)
    const quarter = Math.floor(values.length / 4)
    if (quarter < 4) return []
    const most = (part) => Math.max(...part)
    const growth = most(values.slice(-quarter)) - most(values.slice(quarter, 2 * quarter))
    return growth > MAX_GROWTH_MIB ? [`${name} grew by ${growth.toFixed(0)} MiB`] : []
  })
}

function judgeCounts({ streams, stages }, items) {
  const counts = [
    ...streams.map(({ call, items: count }) => [`items of ${call}`, count]),
    ...streams.flatMap(({ call, receivers }) =>
      Object.values(receivers).map(({ processed }) => [`processed by ${call}`, processed]),
    ),
    ...stages.flatMap((stage) =>
      ['in', 'gave', 'out'].map((key) => [`${key} of ${stage.callback}`, stage[key]]),
    ),
  ]
  if (counts.length !== 2 * STAGES.length + 3 * (STAGES.length - 1)) return [`${counts.length} counts`]
  return counts.filter(([, count]) => count !== items).map(([what, count]) => `${what}: ${count}`)
}
