import { toErrorRecord } from '../../core/errors.js'
import { exitFlushed } from '../../core/process/exit.js'
import { stderrLogger } from '../../core/text/stderr-logger.js'
import type { NodeOrder } from '../ipc/node-orders.js'
import type { NodeReport } from '../ipc/node-reports.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { startHost, type Host } from './host.js'
import { drainAndLeave } from './leave.js'
import { watchUncaught } from './uncaught.js'

/**
 * The program of one node's process, which the supervisor starts. It is kept small: nothing of the command line is loaded
 * here, and the parser and the schema of the pipeline file stay with the supervisor.
 */

/** Time for the heartbeat thread to publish the node's last will when the supervisor is gone. */
const ORPHAN_GRACE_MS = 2000

const starting = new AbortController()
let host: Host | undefined

process.on('message', (order: NodeOrder) => {
  if (order.type === 'setup') void start(order.setup)
  else if (order.type === 'drain') drain(order.isComplete)
  else if (order.type === 'reload') void reload(order)
  else void leave((started) => started.leave())
})
process.once('SIGTERM', () => void leave(drainAndLeave))
process.on('SIGINT', () => undefined)
// When the parent is gone the output has no reader. That error must not end the process before its last will is
// published.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined)
process.once('disconnect', () => setTimeout(() => process.exit(1), host ? ORPHAN_GRACE_MS : 0))

async function start(setup: NodeSetup): Promise<void> {
  watchUncaught(setup.node.name, (error) => void fail(error))
  try {
    host = await startHost(setup, {
      log: stderrLogger(setup.logLevel),
      report: (each) => void send(each),
      onLost: (error) => void fail(error),
      parentPid: process.ppid,
      signal: starting.signal,
    })
    // The order to drain may have arrived too late to abort the start.
    if (starting.signal.aborted) host.drain(false)
  } catch (error) {
    await (starting.signal.aborted ? exitFlushed(0) : fail(error))
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

async function leave(how: (host: Host) => Promise<void>): Promise<void> {
  if (host) await how(host)
  await exitFlushed(0)
}

async function fail(error: unknown): Promise<void> {
  await send({ type: 'failed', error: toErrorRecord(error) })
  await exitFlushed(1)
}

function send(report: NodeReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected) process.send?.(report, undefined, undefined, () => resolve())
    else resolve()
  })
}
