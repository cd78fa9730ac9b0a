// Sends messages that make no sense to a real pipeline, of all kinds that the protocol has, and looks whether it goes on.
//
//   npm run fuzz [-- --minutes N | --messages N] [--only TARGET[,TARGET]] [--seed N] [--json]
//
// Without a limit it goes on until Ctrl-C. With the seed of a failure it sends the same messages again, as far as they do not
// depend on what the pipeline itself has sent.
import { parseArgs } from 'node:util'
import { Run } from './lib/run.js'
import { TARGETS } from './lib/targets.js'

const { values: flags } = parseArgs({
  options: {
    minutes: { type: 'string' },
    messages: { type: 'string' },
    /** Groups of messages; all when absent. */
    only: { type: 'string', default: TARGETS.join() },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})

const targets = flags.only.split(',')
const unknown = targets.find((each) => !TARGETS.includes(each))
if (unknown !== undefined) {
  console.error(`there is no target "${unknown}"; there are: ${TARGETS.join(', ')}`)
  process.exit(2)
}
const seed = Number(flags.seed ?? Date.now() % 1_000_000)
const until = flags.minutes === undefined ? Infinity : Date.now() + Number(flags.minutes) * 60_000
const most = Number(flags.messages ?? Infinity)
let stopped = false
process.once('SIGINT', () => (stopped = true))

const print = flags.json ? () => undefined : console.log
print(`seed ${seed}`)
const outcome = await Run.perform({
  seed,
  targets,
  goesOn: (sent) => !stopped && sent < most && Date.now() < until,
  print,
}).catch((error) => {
  console.error(error)
  process.exit(1)
})
if (flags.json) console.log(JSON.stringify({ seed, ...outcome }, null, 2))
else {
  const { sent, lost, unanswered, rss, late } = outcome
  const reasons = [...late, ...outcome.reasons]
  print(`messages sent      ${sent}`)
  print(`processes lost     ${lost}`)
  print(`calls unanswered   ${unanswered}`)
  for (const [name, { start, end }] of Object.entries(rss))
    print(`memory of ${name.padEnd(8)} ${start} MB at the start, ${end} MB at the end`)
  for (const reason of reasons) print(`  ${reason}`)
  print(reasons.length > 0 ? `failed (seed ${seed})` : 'ok')
}
process.exit(outcome.reasons.length + outcome.late.length > 0 ? 1 : 0)
