import { spawn, type ChildProcess } from 'node:child_process'
import { packageFile } from '../../../core/process/package-file.js'
import type { NodePlan } from '../../../core/plan/plan.js'
import { PIPE_FD } from '../../ipc/message-pipe.js'
import { childEnv } from './child-env.js'

const ENTRY = packageFile('dist/runtime/node/child/entry.js')

/**
 * Starts the process of one node, in a process group of its own, so that a terminal's Ctrl-C does not reach it. It does nothing before
 * it gets its setup, and ends when this process does.
 */
export function spawnNode(pipeline: string, { name, env }: Pick<NodePlan, 'name' | 'env'>): ChildProcess {
  const child = spawn(process.execPath, [ENTRY, titleOf(pipeline, name)], {
    detached: true,
    env: childEnv(process.env, env),
    stdio: ['ignore', 'pipe', 'pipe', 'overlapped'],
  })
  // Both are told by other events, which somebody follows once the process has its setup.
  child.on('error', () => undefined)
  child.stdio[PIPE_FD]?.on('error', () => undefined)
  return child
}

/** Title of a node's process, which the system's list of processes shows in place of the command line. */
function titleOf(pipeline: string, node: string): string {
  return `daffi: ${pipeline}/${node}`
}

/** Kills a process and everything in its process group at once. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has already ended.
  }
}
