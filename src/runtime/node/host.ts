import { join } from 'node:path'
import { loadCallbacks, type LoadedCallbacks, type LoadModule } from '../callback/index.js'
import { joinAsHost } from '../call/index.js'
import { DaffiError, messageOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { CallbackPlan } from '../core/plan.js'
import type { NodeReport, NodeSetup } from './messages.js'
import { moduleLoader } from './module-loader.js'
import { observeCallbacks } from './observe.js'
import { runCall, type CallContext } from './run-call.js'

export interface HostOptions {
  log: Logger
  report: (report: NodeReport) => void
  /** The pipeline has taken this node for gone and given its name away. */
  onLost: (error: unknown) => void
  /** Aborts the start only; a host that has started is told by `drain` and `leave`. */
  signal?: AbortSignal
  /** The process that this one must not outlive. */
  parentPid?: number
}

/** One node of a pipeline, living in this process. */
export interface Host {
  /** Resolves when every call has settled. */
  settled: Promise<void>
  /**
   * Runs modules anew, and puts what they offer in place of the old code, from the next call or item on.
   * @throws DaffiError DAFFI_MODULE_FAILED, DAFFI_NO_EXPORT; then the old code goes on
   */
  reload: (modules: string[], callbacks: CallbackPlan[]) => Promise<void>
  /** Ends the sources and the waits; what has begun goes on to its end. */
  drain: () => void
  /** Drains, gives up the calls that still run, lets running callbacks finish, and leaves the pipeline. */
  leave: () => Promise<void>
}

/**
 * Loads the callbacks and, only when all of them are there, joins the pipeline under the node's name;
 * then reports `ready` and sets the calls going, side by side.
 */
export async function startHost(
  setup: NodeSetup,
  { log, report, onLost, signal, parentPid }: HostOptions,
): Promise<Host> {
  const { node } = setup
  const { load, renew } = moduleLoader(setup.project)
  const draining = new AbortController()
  const leaving = new AbortController()
  const items = await itemsOf(setup, { signal: draining.signal, log, load })
  const loadFirst = (): Promise<LoadedCallbacks> => loadCallbacks(node.callbacks, load)
  const loaded = await (setup.modules ? renew(setup.modules, loadFirst) : loadFirst())
  const loads = [loaded]
  const join = async (): ReturnType<typeof joinAsHost> => {
    signal?.throwIfAborted()
    return await joinAsHost({
      server: setup.server,
      pipeline: setup.pipeline,
      processName: node.name,
      callbacks: observeCallbacks(loaded.callbacks, node.callbacks, report),
      log,
      ...(signal === undefined ? {} : { signal }),
      ...(parentPid === undefined ? {} : { parentPid }),
    })
  }
  const { g, control } = await join().catch(async (error: unknown) => {
    await loaded.close()
    throw error
  })
  g.join().catch(onLost)
  report({ type: 'ready' })

  const context = { g, items, log, report, draining: draining.signal, leaving: leaving.signal }
  const settled = Promise.all(node.calls.map((call, index) => runCall(call, index, context))).then(() =>
    report({ type: 'settled' }),
  )
  const told = new DaffiError('DAFFI_ABORTED', `${node.name} was told to stop`)
  let left: Promise<void> | undefined

  const drain = (): void => draining.abort(told)
  const leave = async (): Promise<void> => {
    drain()
    leaving.abort(told)
    await settled
    try {
      await g.stop()
    } catch (error) {
      // Its beats are missed soon enough; there may be no server left to say goodbye to.
      log.debug(`${node.name} left without a goodbye: ${messageOf(error)}`)
    }
    for (const each of loads.reverse()) {
      await each.close().catch((error: unknown) => log.error(`${node.name}: ${messageOf(error)}`))
    }
  }
  const reload: Host['reload'] = async (modules, plans) => {
    await renew(modules, async () => {
      const next = await loadCallbacks(plans, load, loads.at(-1))
      loads.push(next)
      await control.renew(next.callbacks)
    })
  }
  return { settled, reload, drain, leave: () => (left ??= leave()) }
}

type Source = { signal: AbortSignal; log: Logger; load: LoadModule }

/** How the node's calls open their sources. The room of sources is loaded only for a node that has some. */
async function itemsOf({ sources, record }: NodeSetup, options: Source): Promise<CallContext['items']> {
  const room = Object.keys(sources).length === 0 ? undefined : await import('../source/index.js')
  return (name, onEvent) => {
    const plan = sources[name]
    if (!room || !plan)
      throw new DaffiError('DAFFI_INTERNAL', `there is no source ${name} in this node's plan`)
    const items = room.openSource(plan, { name, ...options, onEvent })
    const { log } = options
    return record === undefined ? items : room.recordItems(items, { name, folder: join(record, name), log })
  }
}
