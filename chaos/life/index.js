// A run in the background whose parts break all the time, as they do in months: memory, descriptors, threads, processes, what the
// server keeps and what lies in files have to stay flat, the run has to live, and its log has to tell of every break.
//
//   npm run life [-- --minutes N] [--every S] [--json]
//
// A node crashes every 5 s, the camera's ffmpeg is killed every 20 s and the server every 60 s; a node prints 250 kB a second, and
// metrics are scraped every second.
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { withFolder } from '../lib/folder.js'
import { freePort } from '../lib/ports.js'
import { printTable } from '../lib/table.js'
import { Breaks } from './breaks.js'
import { judgeLogs } from './judge-logs.js'
import { judgeFlat, trendsOf } from './judge-flat.js'
import { LifeRun } from './life-run.js'
import { sampleOf } from './sample.js'

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    /** Seconds between two samples. */
    every: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
  },
})
const minutes = Number(flags.minutes)
const everyMs = Number(flags.every) * 1000
/** Time from the start to the first breaks, in which all nodes load what they need. */
const WARM_UP_MS = 20_000

/**
 * V8 cleans a heap up as a whole only when that is much larger than what these nodes need in half an hour. With a small one memory
 * is flat soon, unless something is kept; then the process dies of it.
 */
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --max-old-space-size=48`

const print = flags.json ? () => undefined : console.log
const outcome = await withFolder(live)
if (flags.json) console.log(JSON.stringify(outcome, null, 2))
else report(outcome)
process.exit(outcome.reasons.length > 0 ? 1 : 0)

async function live(folder) {
  const run = await LifeRun.start(folder, await freePort())
  const breaks = new Breaks(run)
  try {
    await run.flows()
    await delay(WARM_UP_MS)
    const begin = Date.now()
    breaks.begin()
    const samples = []
    while (Date.now() - begin < minutes * 60_000) {
      await delay(begin + (samples.length + 1) * everyMs - Date.now())
      const sample = await sampleOf(run)
      samples.push(sample)
      print(`${samples.length}: ${JSON.stringify(Object.fromEntries(sample))}`)
    }
    await breaks.end()
    const trends = trendsOf(samples)
    const { counts, reasons } = await judgeLogs(run, breaks)
    await run.down()
    return { counts, trends, reasons: [...judgeFlat(trends), ...reasons, ...run.leftovers()] }
  } finally {
    await breaks.end()
  }
}

function report({ counts, trends, reasons }) {
  const columns = ['start', 'median', 'most', 'end', 'growth']
  const byName = new Map(trends.map((trend) => [trend.name, trend]))
  printTable([...byName.keys()], columns, (name, column) =>
    String(Math.round(byName.get(name)[column] * 10) / 10),
  )
  for (const [what, count] of Object.entries(counts)) console.log(`${what.padEnd(44)} ${count}`)
  for (const reason of reasons) console.log(`  ${reason}`)
  console.log(reasons.length > 0 ? 'failed' : 'ok')
}
