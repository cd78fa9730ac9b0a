// What STREAM carries and what calls cost (FG, BROADCAST, durable BG), measured side by side with programs that use NATS.js
// alone, in one run and with one server.
//
//   npm run bench [-- --only NAME[,NAME]] [--json] [--pairs N] [--gib N] [--profile FOLDER]
//
// Absolute figures are this machine's and this moment's; the ratios are what to keep.
import { cpus, loadavg } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { memoryBandwidth } from './lib/memory-bandwidth.js'
import { withServer } from './lib/server.js'
import { printHead, printRow, rounded } from './lib/table.js'
import { callRows } from './rows/calls.js'
import { cameraRows } from './rows/camera.js'
import { dataflowRows } from './rows/flow.js'
import { latencyRows } from './rows/latency.js'
import { memoryRows } from './rows/memory.js'
import { orderRows } from './rows/order.js'
import { outageRows } from './rows/outage.js'
import { throughputRows } from './rows/throughput.js'
import { viewRows } from './rows/views.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Rows to measure, by name; all when absent. */
    only: { type: 'string' },
    /** Pairs of a raw run and ours. */
    pairs: { type: 'string', default: '3' },
    /** GiB that the memory rows stream. */
    gib: { type: 'string', default: '4' },
    /** Where to leave profiles of the processes, for Chrome's developer tools. */
    profile: { type: 'string' },
  },
})

/** Latencies first: the disk is busy for a while with what the durable rows leave behind. */
const rows = [
  ...latencyRows,
  ...callRows,
  ...throughputRows,
  ...cameraRows,
  ...viewRows,
  ...orderRows,
  ...outageRows,
  ...dataflowRows,
  ...memoryRows,
]
const only = flags.only?.split(',')
const unknown = only?.find((name) => !rows.some((row) => row.name === name))
if (unknown !== undefined) {
  console.error(`there is no row "${unknown}"; rows: ${rows.map(({ name }) => name).join(' ')}`)
  process.exit(2)
}
const chosen = rows.filter(({ name }) => only?.includes(name) ?? true)
const bandwidth = chosen.some(({ memory }) => memory) ? memoryBandwidth() : undefined

if (!flags.json) printHead({ processors: cpus().length, load: loadavg()[0], bandwidth })
const results = await withServer(async (address) => {
  const all = []
  const profile = flags.profile && resolve(flags.profile)
  for (const { measure, target, memory } of chosen) {
    const measured = await measure({ address, profile, pairs: Number(flags.pairs), gib: Number(flags.gib) })
    if (!flags.json) printRow(measured, { target, bandwidth: memory && bandwidth })
    all.push(...measured)
  }
  return all
})
if (flags.json) console.log(JSON.stringify(results.map(rounded), null, 2))
else console.log(`load at the end: ${loadavg()[0].toFixed(1)}`)
