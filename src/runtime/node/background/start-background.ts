import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { FetchProgress } from '../../binaries/index.js'
import { DaffiError, fromErrorRecord } from '../../core/errors.js'
import type { Plan } from '../../core/plan/plan.js'
import { packageFile } from '../../core/process/package-file.js'
import { plainText } from '../../core/text/plain-text.js'
import { makeLogFolder } from '../../logs/index.js'
import type { RunFile } from '../../runs/index.js'
import { aborted } from '../common/aborted.js'
import { eachMessage, PIPE_FD, sendMessage } from '../ipc/message-pipe.js'
import type { BackgroundOptions, BackgroundReport, BackgroundSetup } from './messages.js'

const ENTRY = packageFile('dist/runtime/node/background/entry.js')
/** Characters of the last words of a process that could not start, which an error has. */
const LAST_WORDS = 2000

/** Listeners to the start of a run in the background. */
export interface StartOptions {
  /** Gives the start up; the run is ended, too. */
  signal: AbortSignal
  onFetch: (progress: FetchProgress) => void
  onNote: (text: string) => void
  onView: (url: string) => void
}

/**
 * Starts the process of a run: in a session of its own, so that nothing of the terminal reaches it, with no descriptor of this
 * process. Resolves when the run can be found and its nodes are being started.
 * @throws DaffiError what has kept the run from starting
 */
export async function startBackground(
  plan: Plan,
  options: BackgroundOptions,
  start: StartOptions,
): Promise<RunFile> {
  const words = join(await makeLogFolder(plan.project, plan.name), '+last-words.txt')
  const output = openSync(words, 'w', 0o600)
  // Standard output and error get only what the engine itself says when the process dies.
  const child = spawn(process.execPath, [ENTRY, `daffi: ${plan.name}`], {
    detached: true,
    stdio: ['ignore', output, output, 'overlapped'],
  })
  closeSync(output)
  const died = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`cannot be started: ${error.message}`))
    child.once('exit', (code, signal) => resolve(`ended, with ${signal ?? `exit code ${code ?? ''}`}`))
  })
  const pipe = child.stdio[PIPE_FD] as Duplex | null | undefined
  const started = pipe ? reports(pipe, { plan, options }, start) : new Promise<never>(() => undefined)
  try {
    const outcome = await Promise.race([
      started,
      died.then(async (how) => (await settled(started)) ?? how),
      aborted(start.signal).then(() => new DaffiError('DAFFI_ABORTED', 'the start was given up')),
    ])
    if (typeof outcome === 'object' && !(outcome instanceof DaffiError)) return outcome
    if (outcome instanceof DaffiError) throw outcome
    const last = plainText(readFileSync(words, 'utf8')).trim().slice(-LAST_WORDS)
    const text = `the process of the run ${outcome} before the run had begun`
    throw new DaffiError('DAFFI_NO_RUN', last === '' ? text : `${text}\n${last}`)
  } finally {
    pipe?.destroy()
    child.unref()
  }
}

/** Sends the setup, and passes on reports until one of them says how the start has ended. */
function reports(
  pipe: Duplex,
  setup: BackgroundSetup,
  { onFetch, onNote, onView }: StartOptions,
): Promise<RunFile | DaffiError> {
  void sendMessage(pipe, setup)
  return new Promise((resolve) => {
    const onReport = (report: BackgroundReport): void => {
      if (report.type === 'fetch') onFetch(report.progress)
      else if (report.type === 'note') onNote(report.text)
      else if (report.type === 'view') onView(report.url)
      else if (report.type === 'started') resolve(report.run)
      else resolve(fromErrorRecord(report.error))
    }
    // A pipe that closes, or breaks, without such a report belongs to a process that has ended.
    void eachMessage(pipe, (message) => onReport(message as BackgroundReport)).catch(() => undefined)
  })
}

/** The outcome that a process has reported just before it ended; undefined when it has reported none. */
function settled<T>(outcome: Promise<T>): Promise<T | undefined> {
  return Promise.race([outcome, new Promise<undefined>((resolve) => setTimeout(resolve, 100, undefined))])
}
