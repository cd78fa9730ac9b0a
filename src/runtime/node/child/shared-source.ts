import type { CallPlan, SourcePlans } from '../../core/plan/plan.js'
import { readName } from '../../core/plan/views.js'
import { ITEM_MEMORY, type ItemMemory } from '../../core/stream/item-memory.js'
import { asError } from '../../core/thrown/read-thrown.js'
import type { OutputFrame } from '../../source/index.js'
import { captureTime, feed, PushedItems, type Items } from '../../stream/index.js'

/** Call that streams a source or a view of it. */
export interface SourceCall {
  /** Position of the call in the node's list. */
  index: number
  /** Name of the source or view. */
  source: string
}

/** Items of a source; those of one that is read for its views, too, are frames with the names of their outputs. */
type SharedItems = { items: Items } | { outputs: AsyncIterable<OutputFrame> }

interface SharedSourceOptions {
  /** @param memories what streams loan for the items of each output */
  open: (memories: ReadonlyMap<string, ItemMemory>) => SharedItems
  calls: readonly SourceCall[]
  /** Whether the first item does not wait until all calls have begun. */
  isLive: boolean
}

/** Source or view, with the streams that get its items. */
interface Output {
  source: string
  members: Set<PushedItems>
  /** Number of the next item. */
  next: number
  /** Where the stream loans memory for the items; only where a single call gets them. */
  memory: ItemMemory | undefined
}

/**
 * Source that several calls of a node stream, itself or views of it: it is read once, its items have the same numbers for all, and
 * the slowest stream that holds back sets the pace. A call that fails and is made again goes on with the next item.
 */
export class SharedSource {
  readonly #options: SharedSourceOptions
  readonly #outputs: Map<string, Output>
  /** Calls that have not begun. */
  readonly #awaited: Set<number>
  #reading: AbortController | undefined

  constructor(options: SharedSourceOptions) {
    this.#options = options
    this.#awaited = new Set(options.calls.map(({ index }) => index))
    this.#outputs = new Map(
      options.calls.map(({ source }) => {
        const isAlone = options.calls.filter((call) => call.source === source).length === 1
        return [source, { source, members: new Set(), next: 0, memory: isAlone ? {} : undefined }]
      }),
    )
  }

  /** Gives the items to a call, which leaves when its stream is over. */
  join(call: number): PushedItems {
    // What was not stored is as lost as what came while no stream was there.
    const output = this.#outputOf(call)
    const items = Object.assign(new PushedItems({ keepsUnstored: false }), { [ITEM_MEMORY]: output?.memory })
    output?.members.add(items)
    this.#expectNoMore(call)
    return items
  }

  /** Ends the items of a call; the source ends with the last of them. Without items, the call has never begun. */
  leave(call: number, items?: Items): void {
    if (items instanceof PushedItems) {
      items.close()
      this.#outputOf(call)?.members.delete(items)
    }
    this.#expectNoMore(call)
    if (this.#members().length === 0) this.#reading?.abort()
  }

  isFor(call: number): boolean {
    return this.#outputOf(call) !== undefined
  }

  #outputOf(call: number): Output | undefined {
    const source = this.#options.calls.find(({ index }) => index === call)?.source
    return source === undefined ? undefined : this.#outputs.get(source)
  }

  #members(): PushedItems[] {
    return [...this.#outputs.values()].flatMap(({ members }) => [...members])
  }

  #expectNoMore(call: number): void {
    this.#awaited.delete(call)
    const isReady = this.#options.isLive || this.#awaited.size === 0
    if (!this.#reading && this.#members().length > 0 && isReady) void this.#read()
  }

  async #read(): Promise<void> {
    const reading = new AbortController()
    this.#reading = reading
    for (const output of this.#outputs.values()) output.next = 0
    try {
      const memories = [...this.#outputs.values()].map(({ source, memory = {} }) => [source, memory] as const)
      const shared = this.#options.open(new Map(memories))
      const { signal } = reading
      if ('outputs' in shared) await feed(shared.outputs, { signal, accept: (item) => this.#giveFrame(item) })
      else {
        const [only] = this.#outputs.values()
        await feed(shared.items, { signal, accept: (item) => only && give(only, item) })
      }
      for (const items of this.#members()) items.end()
    } catch (error) {
      for (const items of this.#members()) items.close(asError(error))
    } finally {
      for (const { members } of this.#outputs.values()) members.clear()
      this.#reading = undefined
    }
  }

  #giveFrame(item: unknown): Promise<void> | undefined {
    const { output: name, frame } = item as OutputFrame
    const output = this.#outputs.get(name)
    return output && give(output, frame)
  }
}

/** Gives an item to all streams of an output; a promise holds the source back. */
function give(output: Output, item: unknown): Promise<void> | undefined {
  const origin = { source: output.source, item: output.next++, time: captureTime(item) }
  const held = [...output.members].flatMap((items) => push(items, item, origin) ?? [])
  return held.length === 0 ? undefined : Promise.all(held).then(() => undefined)
}

/** Pushes an item to one stream, which alone ends when it cannot carry it. */
function push(items: PushedItems, ...item: Parameters<PushedItems['push']>): Promise<void> | undefined {
  const onFailure = (error: unknown): void => items.close(asError(error))
  try {
    return items.push(...item)?.catch(onFailure)
  } catch (error) {
    onFailure(error)
    return undefined
  }
}

/**
 * Calls that share what is read of a source, by its name: several calls of it, or any of its views. Durable streams are among them
 * only where the source is live, as of others each may resume elsewhere.
 */
export function callsThatShare(
  calls: readonly CallPlan[],
  sources: SourcePlans,
  isLive: (name: string) => boolean,
): Map<string, readonly SourceCall[]> {
  const users = new Map<string, SourceCall[]>()
  for (const [index, { source, modifier }] of calls.entries()) {
    if (source === undefined || modifier.kind !== 'STREAM') continue
    const read = readName(sources, source)
    if (modifier.delivery === 'durable' && !isLive(read)) continue
    users.set(read, [...(users.get(read) ?? []), { index, source }])
  }
  const isShared = (name: string, [first, second]: SourceCall[]): boolean =>
    second !== undefined || first?.source !== name
  return new Map([...users].filter(([name, each]) => isShared(name, each)))
}
