import { join } from 'node:path'
import type { LoadModule } from '../../callback/index.js'
import { DaffiError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { ItemMemory } from '../../core/stream/item-memory.js'
import { readName, readPlan } from '../../core/plan/views.js'
import type { OutputFrame, SourceContext, SourceEvent } from '../../source/index.js'
import type { Items } from '../../stream/index.js'
import type { NodeSetup } from '../ipc/node-setup.js'
import { callsThatShare, SharedSource, type SourceCall } from './shared-source.js'

/** Sources of a node, by name. Calls are known by their positions in the node's list. */
export interface NodeSources {
  /** Gives the items of a source to a call. */
  open: (name: string, call: number) => Items
  /** Called when a stream of the call has ended, or none will begin. */
  close: (call: number, items?: Items) => void
  /** Resolves when the sources that were closed before their end are done with it, or have had enough time. */
  closed: () => Promise<void>
}

interface NodeContext {
  /** Ends the sources. */
  signal: AbortSignal
  log: Logger
  load: LoadModule
  onEvent: (event: SourceEvent, call: number) => void
}

const NO_SOURCES: NodeSources = {
  open: (name) => {
    throw new DaffiError('DAFFI_INTERNAL', `the plan of this node has no source ${name}`)
  },
  close: () => undefined,
  closed: () => Promise.resolve(),
}

/** Prepares the sources of a node. The code for sources is loaded only in a node that has some. */
export async function openSources(
  { node, sources, stalls, record, isStage, project }: NodeSetup,
  { onEvent, ...context }: NodeContext,
): Promise<NodeSources> {
  if (Object.keys(sources).length === 0) return NO_SOURCES
  const { isLive, openSource, openViews, recordItems, recordOutputs, stallItems, stallOutputs } =
    await import('../../source/index.js')
  const closing = new Set<Promise<void>>()
  const onClosing = (closed: Promise<void>): void => {
    closing.add(closed)
    void closed.then(() => closing.delete(closed))
  }
  const contextOf = (name: string, calls: readonly SourceCall[]): SourceContext => ({
    ...{ name, project, isStage, ...context, onClosing },
    onEvent: (event) => calls.forEach(({ index }) => onEvent(event, index)),
  })
  const recordingOf = (name: string, folder: string): Parameters<typeof recordItems>[1] => ({
    ...{ name, folder: join(folder, name), log: context.log },
  })
  const stallOf = (name: string): Parameters<typeof stallItems>[1] | undefined =>
    stalls?.[name] && { stalls: stalls[name], signal: context.signal }
  const openItems = (name: string, calls: readonly SourceCall[]): Items => {
    const plan = sources[name]
    if (!plan || plan.kind === 'view') return NO_SOURCES.open(name, 0)
    const opened = openSource(plan, contextOf(name, calls))
    const stall = stallOf(name)
    const items = stall ? stallItems(opened, stall) : opened
    return record === undefined ? items : recordItems(items, recordingOf(name, record))
  }
  const openOutputs = (
    calls: readonly SourceCall[],
    memories: ReadonlyMap<string, ItemMemory>,
  ): AsyncGenerator<OutputFrame, void> => {
    const names = [...memories.keys()]
    const context = contextOf(names[0] ?? '', calls)
    const stall = stallOf(readName(sources, names[0] ?? ''))
    if (record === undefined && !stall) return openViews(sources, memories, context)
    // What is recorded is read before the stream has it, which may have ended meanwhile, with the memory that it loans.
    const opened = openViews(sources, new Map(names.map((name) => [name, {}])), context)
    const frames = stall ? stallOutputs(opened, stall) : opened
    if (record === undefined) return frames
    return recordOutputs(
      frames,
      names.map((name) => recordingOf(name, record)),
    )
  }
  const openAlone = (name: string, index: number): Items => {
    const calls = [{ index, source: name }]
    if (sources[name]?.kind !== 'view') return openItems(name, calls)
    return framesOf(openOutputs(calls, new Map([[name, {}]])))
  }
  const isLiveSource = (name: string): boolean => {
    const plan = readPlan(sources, name)
    return plan !== undefined && isLive(plan)
  }
  const shared = [...callsThatShare(node.calls, sources, isLiveSource)].map(([name, calls]) => {
    const hasViews = calls.some(({ source }) => source !== name)
    return new SharedSource({
      open: (memories) =>
        hasViews ? { outputs: openOutputs(calls, memories) } : { items: openItems(name, calls) },
      calls,
      isLive: isLiveSource(name),
    })
  })
  const sharedBy = (call: number): SharedSource | undefined => shared.find((source) => source.isFor(call))
  return {
    open: (name, call) => sharedBy(call)?.join(call) ?? openAlone(name, call),
    close: (call, items) => sharedBy(call)?.leave(call, items),
    closed: async () => {
      await Promise.all(closing)
    },
  }
}

/** The frames of a single output. */
async function* framesOf(outputs: AsyncIterable<OutputFrame>): AsyncGenerator<unknown, void> {
  for await (const { frame } of outputs) yield frame
}
