import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { collectLines } from './lines.js'
import { BIN } from './paths.js'

export interface DaffiOptions {
  /** A temporary folder; every process that comes of it is found by it afterwards. */
  cwd: string
  env?: Record<string, string>
  stdin?: string
  /** As a terminal does it: in a process group of its own, to which `interrupt` then goes as a whole. */
  ownGroup?: boolean
}

export interface DaffiResult {
  /** Undefined when a signal ended it. */
  exitCode: number | undefined
  signal: string | undefined
  stdout: string
  stderr: string
}

export interface RunningDaffi {
  pid: number
  /** Resolves when the command has ended, whatever its exit code. */
  exited: Promise<DaffiResult>
  kill: (signal: NodeJS.Signals) => boolean
  /** Ctrl-C in the command's terminal; only with `ownGroup`. */
  interrupt: () => void
  /** The first line (or the `count`th), of stdout or stderr, past or to come, that matches. Rejects when the command ends without it. */
  waitForLine: (pattern: RegExp, count?: number) => Promise<string>
}

/** Starts the real command. If it still runs when the test ends, it is ended: TERM, then KILL. */
export function startDaffi(
  args: string[],
  { cwd, env = {}, stdin = '', ownGroup = false }: DaffiOptions,
): RunningDaffi {
  const child = execa(process.execPath, [BIN, ...args], {
    cwd,
    env: { DAFFI_TEST_FOLDER: cwd, ...env },
    input: stdin,
    reject: false,
    forceKillAfterDelay: 12_000,
    detached: ownGroup,
  })
  const { pid } = child
  if (pid === undefined) throw new Error('the command did not start')
  const lines = collectLines(child.iterable({ from: 'stdout' }), child.iterable({ from: 'stderr' }))
  const exited = child.then(({ exitCode, signal, stdout, stderr }) => ({ exitCode, signal, stdout, stderr }))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
  })
  return {
    pid,
    exited,
    kill: (signal) => child.kill(signal),
    interrupt: () => void process.kill(-pid, 'SIGINT'),
    waitForLine: lines.find,
  }
}

/** Runs the real command to its end. */
export function runDaffi(args: string[], options: DaffiOptions): Promise<DaffiResult> {
  return startDaffi(args, options).exited
}
