import { joinAsHost } from '../../call/index.js'
import { loadCallbacks, type LoadedCallbacks, type LoadModule } from '../../callback/index.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { bounded } from '../../core/timeout.js'
import { PushedItems } from '../../stream/index.js'
import type { CallbackPlan } from '../../core/plan/plan.js'
import type { SourceEvent } from '../../source/index.js'
import type { Lost } from '../common/lost-signals.js'
import type { NodeReport } from '../ipc/node-reports.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { moduleLoader } from './module-loader.js'
import { observeCallbacks } from './observe-callbacks.js'
import { openSources } from './open-sources.js'
import { runCall } from './run-call.js'
import { slowCallbacks } from './slow-callbacks.js'
import { StageReports } from './stage-reports.js'

/** Part of the stop timeout in which the last call must end; running callbacks have the rest. */
const SETTLE_PART = 1 / 3

export interface HostOptions {
  log: Logger
  lost: Lost
  report: (report: NodeReport) => void
  /** Called when the other nodes have taken this one for dead and its name was given away. */
  onLost: (error: unknown) => void
  /** Aborts the start only; a host that has started is ended by `drain` and `leave`. */
  signal?: AbortSignal
  /** The process that this one must not outlive. */
  parentPid?: number
}

/** One node of a pipeline in this process: its callbacks, its calls and its membership in the pipeline. */
export interface Host {
  /** Resolves when every call has settled. */
  settled: Promise<void>
  /**
   * Evaluates modules again, and puts their callbacks in place of the old ones, from the next call or item on.
   * @throws DaffiError DAFFI_MODULE_FAILED, DAFFI_NO_EXPORT; the old code stays in use then
   */
  reload: (modules: string[], callbacks: CallbackPlan[]) => Promise<void>
  /**
   * Ends the sources and the waits. Calls and streams that have begun continue.
   * @param isComplete whether nothing more would have come: else a durable stream is not finished, and is resumed later
   */
  drain: (isComplete: boolean) => void
  /** Ends the results that a call streams, when those that are there are taken. */
  complete: (call: number) => void
  /** Drains, aborts the calls that still run, waits for running callbacks, and leaves the pipeline. */
  leave: () => Promise<void>
}

/**
 * Starts a node in this process. Callbacks are loaded first, and the pipeline is joined only when all of them could be.
 * Then `ready` is reported, and all calls are started side by side.
 */
export async function startHost(
  setup: NodeSetup,
  { log, lost, report, onLost, signal, parentPid }: HostOptions,
): Promise<Host> {
  const { node } = setup
  const { load, renew } = moduleLoader(setup.project)
  const draining = new AbortController()
  const stopping = new AbortController()
  const leaving = new AbortController()
  const results = new Map(
    node.calls.flatMap(({ resultsOf, modifier }, index) => {
      const hasOrder = modifier.kind === 'STREAM' && modifier.order !== undefined
      return resultsOf === undefined ? [] : [[index, new PushedItems({ hasOrder })]]
    }),
  )
  const onEvent = (event: SourceEvent, index: number): void => report({ ...event, index })
  // Modules of sources are loaded when their streams begin.
  const loadSource: LoadModule = (module) => {
    control.beforeUserCode()
    return load(module)
  }
  const sources = await openSources(setup, { signal: draining.signal, log, load: loadSource, onEvent })
  const loadFirst = (): Promise<LoadedCallbacks> => loadCallbacks(node.callbacks, reported(load, report))
  const loaded = await (setup.modules ? renew(setup.modules, loadFirst) : loadFirst())
  const loads = [loaded]
  const join = async (): ReturnType<typeof joinAsHost> => {
    signal?.throwIfAborted()
    report({ type: 'joining' })
    return await joinAsHost({
      server: setup.server,
      pipeline: setup.pipeline,
      processName: node.name,
      graceMs: node.graceMs,
      shutdownMs: (1 - SETTLE_PART) * node.stopTimeoutMs,
      callbacks: observeCallbacks(slowCallbacks(loaded.callbacks, node.callbacks), node.callbacks, report),
      results: [...results].map(([index, items]) => ({
        callback: node.calls[index]?.resultsOf ?? '',
        items,
      })),
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
  report({ type: 'ready', incarnation: control.incarnation })

  const { restart } = node
  const signals = { draining: draining.signal, stopping: stopping.signal, leaving: leaving.signal }
  const { leaveStreams } = control
  const context = { g, sources, results, leaveStreams, log, lost, report, restart, ...signals }
  const stages = new StageReports(control.stages, report)
  const settled = Promise.all(node.calls.map((call, index) => runCall(call, index, context))).then(() => {
    stages.close()
    report({ type: 'settled' })
  })
  const stopped = new DaffiError('DAFFI_ABORTED', `${node.name} was stopped`)
  let left: Promise<void> | undefined

  const drain: Host['drain'] = (isComplete) => {
    if (!isComplete && !draining.signal.aborted) stopping.abort(stopped)
    draining.abort(stopped)
  }
  const leave = async (): Promise<void> => {
    drain(false)
    leaving.abort(stopped)
    // Calls end at the signal, but some of their last messages may wait for a server that stands still.
    await bounded(settled, { timeoutMs: SETTLE_PART * node.stopTimeoutMs, what: 'the calls' }).catch(
      (error: unknown) => log.debug(messageOf(error)),
    )
    await sources.closed()
    try {
      await g.stop()
    } catch (error) {
      // The server may be gone, so that no goodbye can be published; the others notice soon that the heartbeats have
      // ended.
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
  const complete: Host['complete'] = (call) => results.get(call)?.end()
  return { settled, reload, drain, complete, leave: () => (left ??= leave()) }
}

/** Loads modules as `load` does, and reports each before. */
function reported(load: LoadModule, report: HostOptions['report']): LoadModule {
  let last: string | undefined
  return (module) => {
    if (module !== last) report({ type: 'loading', module })
    last = module
    return load(module)
  }
}
