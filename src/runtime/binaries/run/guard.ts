import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { deferred } from '../../core/deferred.js'
import { DaffiError } from '../../core/errors.js'
import { withoutSecrets } from './environment.js'

/**
 * The shell leaves a watcher behind and then becomes the program, so that process id, exit code, signal and pipes
 * are the program's own. The watcher blocks on descriptor 3, whose other end only the owner holds; the end of file
 * means that the owner is gone, however it went. It belongs to the program's process group, so the group's id cannot
 * be reused while it waits, and the last KILL takes it along.
 */
const GUARD = `
( ( trap '' TERM INT HUP
    read -r _ <&3
    kill -s TERM -- -$$
    i=0
    while [ $i -lt 10 ] && kill -s 0 $$; do sleep 0.1; i=$((i+1)); done
    kill -s KILL -- -$$
  ) </dev/null >/dev/null 2>&1 & )
exec "$@" 3<&-`

const WINDOWS = process.platform === 'win32'

export interface GuardOptions {
  /** In place of this process's own environment, which otherwise goes on without the server's secrets. */
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** A socket is handed to the program, and is its own from then on: the owner closes its copy. */
  stdout: 'pipe' | 'ignore' | Socket
}

export interface Exit {
  exitCode: number | null
  signal: NodeJS.Signals | null
}

export interface GuardedProcess {
  pid: number
  stdout: Readable | undefined
  /** Has to be read, or the program stands still when the pipe is full. */
  stderr: Readable
  /** Never rejects. The pipes may still hold what was written last. */
  exited: Promise<Exit>
  /** TERM, and KILL after `graceMs` (2,000); resolves when the program is gone. May be called again. */
  stop(graceMs?: number): Promise<void>
}

/**
 * Runs a program that ends when this process does, even by SIGKILL: TERM at once, KILL a second later.
 * It has a process group of its own, so a terminal's Ctrl-C does not reach it, and whatever it started ends with it.
 * On Windows there is no guard: the program is ended by `stop` only.
 * @throws DaffiError DAFFI_BINARY_UNUSABLE when nothing can be started
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
    stdout: child.stdout ?? undefined,
    stderr,
    exited: exited.promise,
    async stop(graceMs = 2000) {
      if (!running) return
      signalGroup(child, 'SIGTERM')
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs)
      await exited.promise
      clearTimeout(timer)
    },
  }
}

function start(file: string, args: string[], { env, cwd, stdout }: GuardOptions): ChildProcess {
  const options = { env: env ?? withoutSecrets(process.env), cwd }
  if (WINDOWS) return spawn(file, args, { ...options, stdio: ['ignore', stdout, 'pipe'], windowsHide: true })
  return spawn('/bin/sh', ['-c', GUARD, 'daffi-guard', file, ...args], {
    ...options,
    stdio: ['ignore', stdout, 'pipe', 'pipe'],
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
