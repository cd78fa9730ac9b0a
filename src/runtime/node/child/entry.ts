import { Socket } from 'node:net'
import { toErrorRecord } from '../../core/errors.js'
import { collectStart } from '../../core/process/collect.js'
import { exitFlushed } from '../../core/process/exit.js'
import { stderrLogger } from '../../core/text/stderr-logger.js'
import { LostSignals } from '../common/lost-signals.js'
import { eachMessage, PIPE_FD, sendMessage } from '../ipc/message-pipe.js'
import type { LostOnes, NodeOrder } from '../ipc/node-orders.js'
import { markRecords } from '../ipc/output-records.js'
import type { NodeReport } from '../ipc/node-reports.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { startHost, type Host } from './host.js'
import { ignoreSends } from './ignore-sends.js'
import { drainAndLeave } from './leave.js'
import { watchUncaught } from './uncaught.js'

/**
 * The program of one node's process, which the supervisor starts. It is kept small: nothing of the command line is loaded
 * here, and the parser and the schema of the pipeline file stay with the supervisor.
 */

/** Time for the heartbeat thread to publish the node's last will when the supervisor is gone. */
const ORPHAN_GRACE_MS = 2000

const starting = new AbortController()
// Told of before the node has started, too.
const lost = { nodes: new LostSignals(), calls: new LostSignals() }
let host: Host | undefined

// The title is an argument as well, since the system cuts titles to the length of the command line. User code that reads arguments
// is not to find it.
const [title] = process.argv.splice(2)
// cluster.fork() of user code starts the program of its process again.
if (title === undefined) throw new Error('this is the program of a daffi node, which only daffi starts')
process.title = title

const supervisor = new Socket({ fd: PIPE_FD })
void eachMessage(supervisor, (message) => obey(message as NodeOrder)).finally(() => {
  setTimeout(() => process.exit(1), host ? ORPHAN_GRACE_MS : 0)
})
process.once('SIGTERM', () => void leave(drainAndLeave))
process.on('SIGINT', () => undefined)
// When the parent is gone the output has no reader. That error must not end the process before its last will is
// published.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', () => undefined)
  markRecords(output)
}

function obey(order: NodeOrder): void {
  if (order.type === 'setup') void start(order.setup)
  else if (order.type === 'drain') drain(order.isComplete)
  else if (order.type === 'complete') host?.complete(order.index)
  else if (order.type === 'lost') lose(order.lost)
  else if (order.type === 'reload') void reload(order)
  else void leave((started) => started.leave())
}

async function start(setup: NodeSetup): Promise<void> {
  const log = stderrLogger(setup.logLevel)
  ignoreSends(log)
  watchUncaught(setup.node.name, (error) => void fail(error))
  try {
    host = await startHost(setup, {
      log,
      lost,
      report: (each) => void send(each),
      onLost: (error) => void fail(error),
      parentPid: process.ppid,
      signal: starting.signal,
    })
    setImmediate(collectStart)
    // The order to drain may have arrived too late to abort the start.
    if (starting.signal.aborted) host.drain(false)
  } catch (error) {
    await (starting.signal.aborted ? leave() : fail(error))
  }
}

async function reload({ modules, callbacks }: Extract<NodeOrder, { type: 'reload' }>): Promise<void> {
  const error = await host?.reload(modules, callbacks).catch(toErrorRecord)
  await send({ type: 'reloaded', error: error ?? null })
}

/** Drains the node; one that is still starting has nothing to drain, and its start is aborted. */
function drain(isComplete: boolean): void {
  if (host) host.drain(isComplete)
  else starting.abort()
}

function lose({ nodes, calls }: LostOnes): void {
  lost.nodes.set(nodes)
  lost.calls.set(calls)
}

async function leave(how?: (host: Host) => Promise<void>): Promise<void> {
  if (host) await how?.(host)
  await send({ type: 'left' })
  await exitFlushed(0)
}

async function fail(error: unknown): Promise<void> {
  await send({ type: 'failed', error: toErrorRecord(error) })
  await exitFlushed(1)
}

function send(report: NodeReport): Promise<void> {
  return sendMessage(supervisor, report)
}
