import type { ChildProcess } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { messageOf } from '../../../core/errors.js'
import type { LineStream } from '../../../status/index.js'
import { eachMessage, PIPE_FD, sendMessage } from '../../ipc/message-pipe.js'
import { RecordJoiner } from '../../ipc/output-records.js'
import type { NodeOrder } from '../../ipc/node-orders.js'
import type { NodeReport } from '../../ipc/node-reports.js'
import type { NodeSetup } from '../../ipc/node-setup.js'
import type { ChildExit } from './child-exit.js'
import { eachLine } from './lines.js'
import { OomKills } from './oom-kills.js'
import { killGroup, spawnNode } from './spawn-node.js'

/** Time for output after the process has exited: a process that it started may still hold the other end of the pipe. */
const OUTPUT_GRACE_MS = 500
/** Last words of V8 when its heap is full. */
const OUT_OF_MEMORY = /^FATAL ERROR: .*heap out of memory/
/** Exit code of a process that V8 has ended, where the system has no signals. */
const ABORTED = 134
/** Time between the end of the pipe for messages and that of the process. */
const EXIT_GRACE_MS = 2000

export interface Child {
  pid: number
  /** Sends an order to the process. When the process is gone, nothing happens. */
  send: (order: NodeOrder) => void
  /**
   * Kills the process and everything in its process group at once.
   * @param cause why, as the rest of a sentence that begins with the node's name; of several the first one counts
   */
  kill: (cause: string) => void
  /** Resolves when the process is gone and all of its reports and lines were passed on. */
  exited: Promise<ChildExit>
}

export interface ChildEvents {
  onReport: (report: NodeReport) => void
  /** Gets what the process has written at once, which may have several lines. */
  onLine: (line: string, stream: LineStream) => void
}

/**
 * Runs one node in a process.
 * @param child a process that was started for the node and has done nothing yet
 */
export function startChild(
  setup: NodeSetup,
  { onReport, onLine }: ChildEvents,
  child: ChildProcess = spawnNode(setup.pipeline, setup.node),
): Child {
  const oomKills = new OomKills()
  const outputs = [child.stdout, child.stderr].filter((each) => each !== null)
  let outOfMemory = false
  const lines = outputs.map(async (each) => {
    const stream = each === child.stdout ? 'stdout' : 'stderr'
    const records = new RecordJoiner()
    const tell = (record: string | undefined): void => {
      if (record !== undefined) onLine(record, stream)
    }
    await eachLine(each, (line) => {
      outOfMemory ||= OUT_OF_MEMORY.test(line)
      tell(records.add(line))
    })
    tell(records.rest())
  })
  // Absent when no process could be started.
  const pipe = child.stdio[PIPE_FD] as Duplex | null | undefined
  const send = (order: NodeOrder): void => {
    if (pipe) void sendMessage(pipe, order)
  }
  let killedFor: string | undefined
  const kill = (cause: string): void => {
    killedFor ??= cause
    if (child.pid !== undefined) killGroup(child.pid)
  }

  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', () => {
      if (child.pid !== undefined) killGroup(child.pid)
      setTimeout(() => [...outputs, pipe].forEach((each) => each?.destroy()), OUTPUT_GRACE_MS).unref()
    })
    child.once('close', (exitCode, signal) => resolve({ pid: child.pid, exitCode, signal }))
    child.once('error', (error) => {
      onLine(`error: cannot start the node's process: ${error.message}`, 'daffi')
      if (child.pid === undefined) resolve({ pid: undefined, exitCode: null, signal: null })
    })
  })
  // User code can close the pipe, or write to it. A process that cannot be given orders must not be left alone.
  const giveUp = (why: string): void => {
    const what = `${why} descriptor ${PIPE_FD}, by which daffi speaks with its nodes`
    onLine(`error: ${what}, so the node is killed`, 'daffi')
    kill(`was killed: ${what}`)
  }
  if (pipe) {
    const closed = eachMessage(pipe, (message) => onReport(message as NodeReport))
    void closed.then(
      () => {
        const timer = setTimeout(() => giveUp('something closed'), EXIT_GRACE_MS)
        void exited.then(() => clearTimeout(timer))
      },
      (error: unknown) => giveUp(`something wrote (${messageOf(error)}) to`),
    )
  }
  send({ type: 'setup', setup })

  return {
    pid: child.pid ?? 0,
    send,
    kill,
    exited: Promise.all([exited, ...lines]).then(([exit]) => {
      const cause = killedFor ?? (isOutOfMemory(exit) ? 'ran out of memory' : oomKills.causeOf(exit))
      return cause === undefined ? exit : { ...exit, cause }
    }),
  }

  /** V8 aborts the process after its last words; a process that ends in another way may print them, too. */
  function isOutOfMemory({ signal, exitCode }: ChildExit): boolean {
    return outOfMemory && (signal === 'SIGABRT' || exitCode === ABORTED)
  }
}
