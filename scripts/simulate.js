// Runs schedules of the simulation of streams and presence, on all cores: npm run simulate -- [--schedules N] [--seed N]
//
// With a seed it runs that schedule alone, and prints it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'
import { root } from './fresh.js'

const PROGRESS_EVERY_MS = 5000

const { values: flags } = parseArgs({
  options: {
    /** `presence` alone, or `streams` as well. */
    what: { type: 'string', default: 'streams' },
    schedules: { type: 'string', default: '1000' },
    /** First seed. */
    from: { type: 'string', default: '1' },
    /** The only seed. */
    seed: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
  },
})
const first = Number(flags.seed ?? flags.from)
const count = flags.seed === undefined ? Number(flags.schedules) : 1
const workers = Math.min(count, Number(flags.workers))

const folder = await mkdtemp(join(root, 'node_modules/.cache/daffi-simulation-'))
try {
  await bundle(folder)
  process.exitCode = await run(join(folder, 'worker.js'))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function bundle(dir) {
  await build({
    cwd: root,
    input: './test/stream/simulation/worker.ts',
    external: /^(?!@oxc-project\/)[@a-z](?!:)/,
    platform: 'node',
    output: { dir, format: 'esm' },
    logLevel: 'warn',
  })
}

async function run(program) {
  const start = Date.now()
  let done = 0
  let violations = 0
  const show = () => {
    const seconds = Math.round((Date.now() - start) / 1000)
    console.log(`${done} of ${count} schedules, ${violations} violations, ${seconds} s`)
  }
  const progress = setInterval(show, PROGRESS_EVERY_MS)
  const onMessage = (message) => {
    done += message.done ?? 0
    if (!message.violation) return
    violations++
    const { seed, schedule, wrong } = message.violation
    console.log(`seed ${seed}: ${wrong.join('; ')}\n  ${JSON.stringify(schedule)}`)
  }
  const codes = await Promise.all(
    Array.from({ length: workers }, async (_, index) => {
      const own = Math.ceil((count - index) / workers)
      const child = fork(program, [flags.what, first + index, own, workers].map(String), {
        env: { ...process.env, DAFFI_PROCESS_TUNING: 'off' },
      })
      child.on('message', onMessage)
      return (await once(child, 'exit'))[0]
    }),
  )
  clearInterval(progress)
  show()
  return violations > 0 || codes.some((code) => code !== 0) ? 1 : 0
}
