import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import {
  openServer,
  readState,
  type OpenServerOptions,
  type ServerHandle,
} from '../../src/runtime/nats/index.js'
import { keptLog } from './kept-log.js'
import { fixture } from './paths.js'

/** Opens a project's server as a program does, running it when there is none, and closes it when the test ends. */
export async function open(project: string, options: Partial<OpenServerOptions> = {}): Promise<ServerHandle> {
  const server = await openServer({ project, absent: 'run', log: keptLog().log, ...options })
  onTestFinished(() => server.close())
  return server
}

/** The process id of the project's nats-server; 0 without one. */
export function serverPid(project: string): number {
  return readState(project)?.pid ?? 0
}

export interface Owner {
  process: ChildProcess
  /** The server that it opened, once it has. */
  opened: Promise<{ owned: boolean; url: string }>
}

/** Another process that opens the project's server, until the test ends. */
export function startOwner(project: string, env: Record<string, string> = {}): Owner {
  const child = spawn(process.execPath, [fixture('owners/server.js'), project], {
    cwd: project,
    env: { ...process.env, ...env },
  })
  const exited = once(child, 'exit')
  child.stderr.resume()
  const opened = once(child.stdout, 'data').then(
    ([line]) => JSON.parse(String(line)) as { owned: boolean; url: string },
  )
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { process: child, opened }
}
