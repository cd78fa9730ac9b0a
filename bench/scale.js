// How daffi does with many: nodes of one pipeline, callbacks of one node, calls of one caller. `--json` prints an array of
// { name, value, unit }.
//
//   npm run bench:scale [-- --only NAME[,NAME]] [--nodes N] [--callbacks N] [--calls N] [--json]
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { manyCallbacks } from './scale/callbacks.js'
import { manyCalls } from './scale/calls.js'
import { manyNodes } from './scale/nodes.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Measurements to make: nodes, callbacks, calls; all when absent. */
    only: { type: 'string', default: 'nodes,callbacks,calls' },
    nodes: { type: 'string', default: '100' },
    callbacks: { type: 'string', default: '1000' },
    calls: { type: 'string', default: '100000' },
  },
})

const measures = { nodes: manyNodes, callbacks: manyCallbacks, calls: manyCalls }
const results = []
if (!flags.json) console.log(`${cpus().length} processors, load at the start: ${loadavg()[0].toFixed(1)}`)
for (const name of flags.only.split(',')) {
  const figures = await measures[name](Number(flags[name]))
  for (const { name, value, unit } of figures) {
    results.push({ name, value: Number(value.toFixed(2)), unit })
    if (!flags.json) console.log(`${name}: ${results.at(-1).value} ${unit}`)
  }
}
if (flags.json) console.log(JSON.stringify(results, null, 2))
else console.log(`load at the end: ${loadavg()[0].toFixed(1)}`)
