// What others do, side by side with us, on this machine: dora (Rust and Python), imagezmq, daffi 3 of Python and Moleculer,
// each with its best settings, in alternated rounds. They are set up from their registries in a folder of their own, which
// is kept for the next time; what cannot be had is left out, and the table says why. Every byte of every item is compared
// at the receiver. Linux alone.
//
//   npm run bench:peers [-- --only ROW[,ROW]] [--rounds N] [--json] [--folder FOLDER]
import { cpus, loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { cacheFolder } from '../dist/runtime/index.js'
import { withServer } from './lib/server.js'
import { doraSystems } from './others/dora.js'
import { setUpAll } from './others/install.js'
import { measureRow } from './others/measure-row.js'
import { moleculer } from './others/moleculer.js'
import { ourSystems } from './others/ours.js'
import { pythonSystems } from './others/python-systems.js'
import { ROWS } from './others/rows.js'
import { startSystems } from './others/start-systems.js'
import { printFigure } from './others/table.js'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    /** Rows to measure; all when absent. */
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    /** Where the other systems are set up. */
    folder: { type: 'string', default: join(cacheFolder(), 'bench-peers') },
  },
})

function fail(message) {
  console.error(message)
  process.exit(2)
}

if (process.platform !== 'linux') fail('bench:peers reads /proc, and runs on Linux only')
const rounds = Number(flags.rounds)
if (!Number.isInteger(rounds) || rounds < 1) fail('--rounds is a number of rounds, at least 1')
const only = flags.only?.split(',')
const unknown = only?.find((name) => !ROWS.some(({ key }) => key === name))
if (unknown !== undefined) fail(`there is no row "${unknown}"; rows: ${ROWS.map(({ key }) => key).join(' ')}`)

const interrupted = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) {
  process.once(name, () => interrupted.abort(new Error(`ended by ${name}`)))
}
const { signal } = interrupted
const log = (text) => console.error(text)

const systems = [...ourSystems, ...doraSystems, ...pythonSystems, moleculer, ...startSystems]
const rows = ROWS.filter(({ key }) => only?.includes(key) ?? true)

try {
  const needed = systems
    .filter((system) => rows.some((row) => system.fits(row)))
    .flatMap(({ needs }) => needs)
  const { parts, skipped } = await setUpAll(resolve(flags.folder), [...new Set(needed)], { signal, log })
  const present = systems.filter(({ needs }) => needs.every((name) => name in parts))
  if (!flags.json) console.log(`${cpus().length} processors, load at the start: ${loadavg()[0].toFixed(1)}`)
  const figures = await withServer(async (address) => {
    const all = []
    for (const row of rows) {
      const contenders = present.filter((system) => system.fits(row))
      const measured = await measureRow(row, contenders, { rounds, address, parts, signal, log })
      if (!flags.json) measured.forEach(printFigure)
      all.push(...measured)
    }
    return all
  })
  if (flags.json) console.log(JSON.stringify({ figures, skipped: Object.values(skipped) }, null, 2))
  else {
    for (const reason of Object.values(skipped)) console.log(reason)
    console.log(`load at the end: ${loadavg()[0].toFixed(1)}`)
  }
} catch (error) {
  if (!signal.aborted) throw error
  console.error(error.message)
  process.exitCode = 130
}
