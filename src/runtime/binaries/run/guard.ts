import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { Readable, type Writable } from 'node:stream'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { withoutSecrets } from './environment.js'

/**
 * Shell script that starts a watcher in the background and then replaces itself by the program (`exec`), so that process id,
 * exit code, signal and pipes are the program's own. The watcher blocks on reading descriptor 3, whose other end only this
 * process holds: end of file means that this process has ended, in whatever way. The watcher belongs to the program's
 * process group, so the group's id cannot be reused while it waits, and the final KILL ends the watcher, too.
 */
const GUARD_SCRIPT = `
( ( trap '' TERM INT HUP
    read -r _ <&3
    kill -s TERM -- -$$
    i=0
    while [ $i -lt 10 ] && kill -s 0 $$; do sleep 0.1; i=$((i+1)); done
    kill -s KILL -- -$$
  ) </dev/null >/dev/null 2>&1 & )
exec "$@" 3<&-`

const SHUTDOWN_GRACE_MS = 2000
/** Descriptor of the first further output, behind the one of the watcher. */
export const FIRST_OUTPUT = 4

const WINDOWS = process.platform === 'win32'

export interface GuardOptions {
  /** Environment of the program. @default this process's environment without the NATS server's credentials */
  env?: NodeJS.ProcessEnv
  /** Working folder of the program. @default this process's */
  cwd?: string
  /** @default ignore */
  stdin?: 'pipe' | 'ignore'
  /** A socket is passed on to the program; the caller closes its own copy. */
  stdout: 'pipe' | 'ignore' | Socket
  /** Further outputs of the program, its descriptors from 4 on; sockets as for `stdout`. @default none */
  outputs?: ('pipe' | Socket)[]
}

/** How a process ended. */
export interface Exit {
  exitCode: number | null
  signal: NodeJS.Signals | null
}

/** A running program that ends with this process. */
export interface GuardedProcess {
  pid: number
  /** Defined when `stdin` is `pipe`. */
  stdin: Writable | undefined
  /** Defined when `stdout` is `pipe`. */
  stdout: Readable | undefined
  /** Further outputs that are `pipe`, in their order. */
  outputs: Readable[]
  /** Must be read, since the program blocks when the pipe is full. */
  stderr: Readable
  /** Resolves when the program has ended, and never rejects. The pipes may still hold its last output. */
  exited: Promise<Exit>
  /**
   * Sends TERM, and KILL after `graceMs`; resolves when the program has ended. May be called again.
   * @param graceMs milliseconds; the default is 2000
   */
  stop(graceMs?: number): Promise<void>
}

/**
 * Runs a program that ends when this process ends, even by SIGKILL: it gets TERM at once and KILL a second later.
 * It has its own process group, so a terminal's Ctrl-C does not reach it, and processes that it started end with it.
 * On Windows there is no guard: only `stop` ends the program.
 * @throws DaffiError DAFFI_BINARY_UNUSABLE when the program cannot be started
 */
export function spawnGuarded(file: string, args: string[], options: GuardOptions): GuardedProcess {
  const child = start(file, args, options)
  const exited = deferred<Exit>()
  child.on('error', () => undefined)
  child.stdio[3]?.on('error', () => undefined)
  const { pid, stderr } = child
  if (pid === undefined || stderr === null) {
    throw new DaffiError(
      'DAFFI_BINARY_UNUSABLE',
      `${file} cannot be started in ${options.cwd ?? process.cwd()}`,
    )
  }

  let running = true
  child.once('exit', (exitCode, signal) => {
    running = false
    signalGroup(child, 'SIGKILL')
    child.stdio[3]?.destroy()
    exited.resolve({ exitCode, signal })
  })

  return {
    pid,
    stdin: child.stdin ?? undefined,
    stdout: child.stdout ?? undefined,
    outputs: child.stdio.slice(FIRST_OUTPUT).filter((pipe) => pipe instanceof Readable),
    stderr,
    exited: exited.promise,
    async stop(graceMs = SHUTDOWN_GRACE_MS) {
      if (!running) return
      signalGroup(child, 'SIGTERM')
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
      await exited.promise
      clearTimeout(timer)
    },
  }
}

function start(
  file: string,
  args: string[],
  { env, cwd, stdin = 'ignore', stdout, outputs = [] }: GuardOptions,
): ChildProcess {
  const options = { env: env ?? withoutSecrets(process.env), cwd }
  if (WINDOWS)
    return spawn(file, args, {
      ...options,
      stdio: [stdin, stdout, 'pipe', 'ignore', ...outputs],
      windowsHide: true,
    })
  return spawn('/bin/sh', ['-c', GUARD_SCRIPT, 'daffi-guard', file, ...args], {
    ...options,
    stdio: [stdin, stdout, 'pipe', 'pipe', ...outputs],
    detached: true,
  })
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (WINDOWS) child.kill(signal)
    else if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
