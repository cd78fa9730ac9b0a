// Stops, holds and kills parts of real pipelines at random moments, and compares what daffi says with what callbacks got.
//
//   npm run chaos [-- --times N] [--only KIND[,KIND]] [--scenarios NAME[,NAME]] [--who WHO[,WHO]] [--pauses S[,S]]
//                 [--items N] [--seed N] [--parallel N] [--json]
//
// Every run streams all kinds at once, so that one pause meets each of them.
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { KINDS } from './lib/kinds.js'
import { seedOf } from './lib/random.js'
import { RUN } from './lib/run.js'
import { cellText, printTable } from './lib/table.js'
import { full } from './scenarios/full.js'
import { kill } from './scenarios/kill.js'
import { pause, WHO } from './scenarios/pause.js'
import { slow } from './scenarios/slow.js'
import { stages } from './scenarios/stages.js'
import { storm } from './scenarios/storm.js'
import { twice } from './scenarios/twice.js'

const SCENARIOS = [pause, kill, storm, twice, full, stages, slow]

const { values: flags } = parseArgs({
  options: {
    times: { type: 'string', default: '1' },
    /** Kinds of streams; all when absent. */
    only: { type: 'string' },
    scenarios: { type: 'string' },
    /** Parts to stop, by name; all when absent. */
    who: { type: 'string' },
    /** Seconds. */
    pauses: { type: 'string', default: '1,4,6,15,40' },
    /** Items that flow through stages. */
    items: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    parallel: { type: 'string', default: String(availableParallelism() + 1) },
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
const names = listOf(
  flags.scenarios,
  SCENARIOS.map(({ name }) => name),
  'scenario',
)
const order = {
  times: Number(flags.times),
  who: listOf(flags.who, WHO, 'part to stop'),
  items: Number(flags.items),
  pauses: flags.pauses.split(',').map(Number),
}
/** Each repetition has the next seed, so any of them can be made alone. */
const base = Number(flags.seed ?? Date.now() % 1_000_000)
const chosen = SCENARIOS.filter(({ name }) => names.includes(name))
const runs = chosen.flatMap((scenario) => scenario.runs(order).map((run) => ({ scenario, run })))

const print = flags.json ? () => undefined : console.log
print(`seed ${base}, ${runs.length} runs of ${kinds.length} streams, load ${loadavg()[0].toFixed(1)}`)
const limit = pLimit(Number(flags.parallel))
const results = (await Promise.all(runs.map((each) => limit(() => perform(each))))).flat()

const failed = results.filter(({ reasons }) => reasons.length > 0)
if (flags.json) console.log(JSON.stringify({ seed: base, results }, null, 2))
else report()
process.exit(failed.length > 0 ? 1 : 0)

async function perform({ scenario, run }) {
  const { row, column, time } = run
  const common = { scenario: scenario.name, row, column, time, command: commandOf({ scenario, run }) }
  const title = titleOf(common)
  const seed = seedOf(base + time, row, column)
  try {
    const streams = await scenario.perform(run, { kinds, seed })
    const wrong = streams.filter(({ reasons }) => reasons.length > 0).map(({ kind }) => kind)
    print(`${title}: ${wrong.length > 0 ? wrong.join(', ') : 'ok'}`)
    return streams.map((stream) => ({ ...common, ...stream }))
  } catch (error) {
    print(`${title}: ${error.message}`)
    return [{ ...common, kind: RUN, recovery: Infinity, reasons: [error.message] }]
  }
}

/** Makes one run again. */
function commandOf({ scenario, run }) {
  const only = flags.only === undefined ? [] : ['--only', flags.only]
  const own = ['--scenarios', scenario.name, ...(scenario.flags?.(run) ?? []), ...only]
  return ['npm run chaos --', ...own, '--seed', String(base + run.time)].join(' ')
}

function titleOf({ row, column, time }) {
  return `${row}, ${column}, #${time}`
}

function report() {
  for (const { name } of chosen) {
    const own = results.filter(({ scenario }) => scenario === name)
    const rowOf = ({ row, kind }) => `${row}, ${kind}`
    // Rows and columns in the order of the command line, in which the runs were made.
    const rows = [...new Set(own.map(({ row }) => row))].flatMap((row) =>
      [...kinds, RUN].map((kind) => `${row}, ${kind}`),
    )
    const columns = [...new Set(own.map(({ column }) => column))].sort(
      (a, b) => parseFloat(a) - parseFloat(b),
    )
    console.log(`\n${name}`)
    printTable(
      rows.filter((row) => own.some((each) => rowOf(each) === row)),
      columns,
      (row, column) => cellText(own.filter((each) => rowOf(each) === row && each.column === column)),
    )
  }
  if (failed.length > 0) console.log(`\n${failed.length} of ${results.length} failed (seed ${base}):`)
  for (const each of failed) console.log(`  ${titleOf(each)} ${each.kind}: ${each.reasons.join('; ')}`)
  for (const command of new Set(failed.map((each) => each.command))) console.log(`  again: ${command}`)
  console.log(`\nload at the end: ${loadavg()[0].toFixed(1)}`)
}
