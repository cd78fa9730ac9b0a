// Stops, holds and kills parts of real pipelines at random moments, and compares what daffi says with what callbacks got.
//
//   npm run chaos [-- --times N] [--only KIND[,KIND]] [--who WHO[,WHO]] [--pauses S[,S]] [--seed N] [--parallel N] [--json]
//
// Every run streams all kinds at once, so that one pause meets each of them.
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { KINDS } from './lib/kinds.js'
import { seedOf } from './lib/random.js'
import { cellText, printTable } from './lib/table.js'
import { pause, RUN, WHO } from './scenarios/pause.js'

const { values: flags } = parseArgs({
  options: {
    times: { type: 'string', default: '1' },
    /** Kinds of streams; all when absent. */
    only: { type: 'string' },
    /** Parts to stop, by name; all when absent. */
    who: { type: 'string' },
    /** Seconds. */
    pauses: { type: 'string', default: '1,4,6,15,40' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: String(4 * availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
})

const listOf = (text, known, what) => {
  const list = text?.split(',') ?? known
  const unknown = list.find((each) => !known.includes(each))
  if (unknown !== undefined) {
    console.error(`there is no ${what} "${unknown}"; there are: ${known.join(', ')}`)
    process.exit(2)
  }
  return list
}
const kinds = listOf(flags.only, Object.keys(KINDS), 'kind of stream')
const who = listOf(flags.who, WHO, 'one to stop')
const pauses = flags.pauses.split(',').map(Number)
const base = flags.seed ?? String(Date.now() % 1_000_000)

const runs = Array.from({ length: Number(flags.times) }, (_, time) =>
  // Longest first, so that no long one is alone at the end.
  [...pauses].sort((a, b) => b - a).flatMap((seconds) => who.map((each) => ({ who: each, seconds, time }))),
).flat()

const print = flags.json ? () => undefined : console.log
print(`seed ${base}, ${runs.length} runs of ${kinds.length} streams, load ${loadavg()[0].toFixed(1)}`)
const limit = pLimit(Number(flags.parallel))
const results = (await Promise.all(runs.map((run) => limit(() => perform(run))))).flat()

const failed = results.filter(({ reasons }) => reasons.length > 0)
if (flags.json) console.log(JSON.stringify({ seed: base, results }, null, 2))
else report()
process.exit(failed.length > 0 ? 1 : 0)

async function perform({ who: stopped, seconds, time }) {
  const seed = seedOf(base, stopped, seconds, time)
  const common = { who: stopped, seconds, time }
  try {
    const streams = await pause({ who: stopped, seconds, kinds, seed })
    const wrong = streams.filter(({ reasons }) => reasons.length > 0)
    print(
      `${stopped} ${seconds} s #${time}: ${wrong.length > 0 ? wrong.map(({ kind }) => kind).join(' ') : 'ok'}`,
    )
    return streams.map((stream) => ({ ...common, ...stream }))
  } catch (error) {
    print(`${stopped} ${seconds} s #${time}: ${error.message}`)
    return kinds.map((kind) => ({ ...common, kind, recovery: Infinity, reasons: [error.message] }))
  }
}

function report() {
  console.log('')
  const rows = who.flatMap((each) => [...kinds, RUN].map((kind) => `${each}, ${kind}`))
  const columns = pauses.map((seconds) => `${seconds} s`)
  printTable(rows, columns, (row, column) =>
    cellText(results.filter((each) => `${each.who}, ${each.kind}` === row && `${each.seconds} s` === column)),
  )
  if (failed.length > 0) console.log(`\n${failed.length} of ${results.length} failed (seed ${base}):`)
  for (const { who: stopped, seconds, time, kind, reasons } of failed)
    console.log(`  ${stopped} ${seconds} s #${time} ${kind}: ${reasons.join('; ')}`)
  console.log(`\nload at the end: ${loadavg()[0].toFixed(1)}`)
}
