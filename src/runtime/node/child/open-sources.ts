import { join } from 'node:path'
import type { LoadModule } from '../../callback/index.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { SourceEvent } from '../../source/index.js'
import type { Items } from '../../stream/index.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { callsThatShare, SharedSource } from './shared-source.js'

/** Sources of a node, by name. Calls are known by their positions in the node's list. */
export interface NodeSources {
  /** Gives the items of a source to a call. */
  open: (name: string, call: number) => Items
  /** Called when a stream of the call has ended, or none will begin. */
  close: (name: string, call: number, items?: Items) => void
  /** Resolves when the sources that were closed before their end are done with it, or have had enough time. */
  closed: () => Promise<void>
}

interface SourceContext {
  /** Ends the sources. */
  signal: AbortSignal
  log: Logger
  load: LoadModule
  onEvent: (event: SourceEvent, call: number) => void
}

/** Prepares the sources of a node. The code for sources is loaded only in a node that has some. */
export async function openSources(
  { node, sources, record, isStage, project }: NodeSetup,
  { onEvent, ...context }: SourceContext,
): Promise<NodeSources> {
  const room = Object.keys(sources).length === 0 ? undefined : await import('../../source/index.js')
  const closing = new Set<Promise<void>>()
  const onClosing = (closed: Promise<void>): void => {
    closing.add(closed)
    void closed.then(() => closing.delete(closed))
  }
  const openFor = (name: string, calls: readonly number[]): Items => {
    const plan = sources[name]
    if (!room || !plan) throw new DaffiError('DAFFI_INTERNAL', `the plan of this node has no source ${name}`)
    const onEach = (event: SourceEvent): void => calls.forEach((call) => onEvent(event, call))
    const items = room.openSource(plan, { name, project, isStage, ...context, onEvent: onEach, onClosing })
    const { log } = context
    return record === undefined ? items : room.recordItems(items, { name, folder: join(record, name), log })
  }
  const shared = new Map<string, SharedSource>()
  for (const [name, calls] of callsThatShare(node.calls)) {
    const plan = sources[name]
    const isLive = plan !== undefined && room?.isLive(plan) === true
    shared.set(name, new SharedSource({ name, open: () => openFor(name, calls), calls, isLive }))
  }
  const sharedBy = (name: string, call: number): SharedSource | undefined => {
    const source = shared.get(name)
    return source?.isFor(call) ? source : undefined
  }
  return {
    open: (name, call) => sharedBy(name, call)?.join(call) ?? openFor(name, [call]),
    close: (name, call, items) => sharedBy(name, call)?.leave(call, items),
    closed: async () => {
      await Promise.all(closing)
    },
  }
}
