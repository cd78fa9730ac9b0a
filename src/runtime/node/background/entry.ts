import { Socket } from 'node:net'
import { fromErrorRecord, messageOf, toErrorRecord, traceOf } from '../../core/errors.js'
import { createLogger } from '../../core/logger.js'
import { closeInherited } from '../../core/process/close-inherited.js'
import { watchEndSignals } from '../../core/process/end-signals.js'
import { noteRecord, RunLogs } from '../../logs/index.js'
import { eachMessage, PIPE_FD, sendMessage } from '../ipc/message-pipe.js'
import { runPipeline } from '../run/run-pipeline.js'
import { recordOf } from '../supervise/report/event-lines.js'
import type { RunEvent } from '../supervise/report/run-events.js'
import type { RunFile } from '../../runs/index.js'
import type { BackgroundReport, BackgroundSetup } from './messages.js'

/**
 * The program of a run in the background, which `daffi up -d` starts in a session of its own. What a run in the foreground shows on
 * the terminal goes into logs. Nothing of the command line is loaded here.
 */

const [title] = process.argv.splice(2)
if (title === undefined) throw new Error('this is the program of daffi up -d, which only daffi starts')
process.title = title
closeInherited(PIPE_FD)

const signals = watchEndSignals()
const caller = new Socket({ fd: PIPE_FD })
let isStarted = false
let setUp: (setup: BackgroundSetup) => void
const setup = new Promise<BackgroundSetup>((resolve) => (setUp = resolve))
// A command that was ended while it waited does not want the run any more.
void eachMessage(caller, (message) => setUp(message as BackgroundSetup)).finally(() => {
  if (!isStarted) signals.end()
})

function report(message: BackgroundReport): Promise<void> {
  return sendMessage(caller, message)
}

async function run({ plan, options }: BackgroundSetup): Promise<void> {
  const logs = await RunLogs.open(plan.project, plan.name)
  const note = (text: string): void => {
    logs.write(noteRecord(text))
    if (!isStarted) void report({ type: 'note', text })
  }
  process.on('uncaughtException', (error) => {
    note(`error: ${traceOf(error)}`)
    signals.end()
  })
  let about: RunFile | undefined
  const onEvent = (event: RunEvent): void => {
    const record = recordOf(event)
    if (record) logs.write(record)
    if (event.type === 'run') about = event.run
    if (event.type === 'view') void report({ type: 'view', url: event.url })
    if (event.type === 'server' && about) {
      isStarted = true
      void report({ type: 'started', run: about }).then(() => caller.end())
    }
  }
  try {
    const { error } = await runPipeline(plan, {
      ...options,
      background: true,
      log: createLogger(options.logLevel, note),
      stop: signals.stop,
      force: signals.force,
      onEvent,
      onFetch: (progress) => {
        if (!isStarted) void report({ type: 'fetch', progress })
      },
    })
    if (error) throw fromErrorRecord(error)
    note('the run has ended')
  } catch (error) {
    // Who has started the run, and waits, gets the error itself.
    logs.write(noteRecord(`error: the run has ended: ${messageOf(error)}`))
    throw error
  } finally {
    await logs.close()
  }
}

async function main(): Promise<void> {
  try {
    await run(await setup)
    process.exit(0)
  } catch (error) {
    if (!isStarted) await report({ type: 'failed', error: toErrorRecord(error) })
    process.exit(1)
  }
}

void main()
