import { appendFileSync, existsSync, renameSync, writeFileSync } from 'node:fs'
import { BG, context, FG } from 'daffi'

const LINE = 'x'.repeat(997)
/** Ways in which the crashing node ends, one after the other. */
const WAYS = {
  SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
  throw: () => {
    setImmediate(() => {
      throw new Error('made to crash')
    })
  },
  exit: () => process.exit(3),
  reject: () => {
    void Promise.reject(new Error('made to reject'))
  },
}

let crashesAt
let crashed = false

/** Ends the process some seconds after its first item, and writes down how before it does. */
function crash() {
  const seconds = process.env.LIFE_CRASHES
  if (seconds === undefined || crashed) return
  crashesAt ??= Date.now() + Number(seconds) * 1000
  if (Date.now() < crashesAt || existsSync('quiet')) return
  crashed = true
  const names = Object.keys(WAYS)
  const way = names[Math.floor(Date.now() / (Number(seconds) * 1000)) % names.length]
  appendFileSync('crashes', `${Date.now()} ${way}\n`)
  WAYS[way]()
}

/** Replaces the file as a whole, since it is read at any time. */
const beat = (name) => {
  const file = `beats/${name}`
  writeFileSync(`${file}.${process.pid}`, String(Date.now()))
  renameSync(`${file}.${process.pid}`, file)
}

export const callbacks = {
  look: () => beat('look'),
  take: () => (beat('take'), crash()),
  keep: () => (beat('keep'), crash()),
  work: (number) => (beat('work'), number + 1),
  tick: () => beat('tick'),
  /** Prints 250 kB, so that the log is rotated every few seconds. */
  chat: () => {
    beat('chat')
    for (let line = 0; line < 250; line++) console.log(LINE)
  },
  /** Calls the others: some calls meet a node that has just crashed, or a server that is away. */
  ask: async (number) => {
    const { g } = context()
    try {
      const job = number % 5 === 0
      const modifier = job ? BG({ durable: true, timeout: 10 }) : FG({ timeout: 5 })
      const done = await g.call.work(number).with(modifier)
      if (job) await done.get({ timeout: 20 })
      beat('ask')
    } catch (error) {
      appendFileSync('refused', `${error.code ?? error.message}\n`)
    }
  },
}
