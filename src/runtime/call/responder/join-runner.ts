import type { Logger } from '../../core/logger.js'
import { DaffiError } from '../../core/errors.js'
import {
  Join,
  originOf,
  type Deliver,
  type JoinMatch,
  type Joining,
  type SideItem,
} from '../../stream/index.js'
import type { MakeInvocation } from '../api/context.js'
import type { OfferedCallback } from '../invoke/registry.js'
import type { ItemInHand } from '../invoke/stage.js'
import { durableItem, runItem } from './item-runner.js'

interface JoinedOpen {
  as: string
  call: string
  source?: string | null
  from: string
  delivery: string
  buffer: number
}

/** Joins of the callbacks of a node, which streams enter as they come. */
export class Joins {
  readonly #makeInvocation: MakeInvocation
  readonly #log: Logger
  readonly #joins = new WeakMap<OfferedCallback, Join>()

  constructor(makeInvocation: MakeInvocation, log: Logger) {
    this.#makeInvocation = makeInvocation
    this.#log = log
  }

  /** Opens the place of a stream in the join of its callback; undefined when that joins nothing. */
  joining(offered: OfferedCallback, open: JoinedOpen, signal: AbortSignal): Joining | undefined {
    const { as, source = null, from, delivery, buffer } = open
    if (!offered.callback.options.join) return undefined
    const join = this.#joins.get(offered) ?? this.#open(offered)
    return join.joining({ as, source, from, isLive: delivery === 'live', buffer, signal })
  }

  #open(offered: OfferedCallback): Join {
    const { callback } = offered
    let settings = callback.options.join ?? { withinMs: 0, missing: undefined, patienceMs: 0 }
    const join = new Join({
      callback: callback.name,
      sides: callback.sides ?? [],
      // One that has lost its join with its code keeps it for the streams that are under way.
      settings: () => (settings = offered.callback.options.join ?? settings),
      log: this.#log,
      deliver: (match) => this.#deliver(match, offered),
      onFailed: () => offered.stage?.onFailed(),
    })
    this.#joins.set(offered, join)
    return join
  }

  async #deliver(match: JoinMatch, offered: OfferedCallback): Promise<void> {
    const items = [...match.items.values()]
    const [lead] = items
    if (!lead) return
    const { stream, item } = lead
    const abort = {
      get signal(): AbortSignal {
        return AbortSignal.any(items.map(({ stream: { facts } }) => facts.signal))
      },
    }
    const { callback } = offered
    const made = this.#makeInvocation(callback.name, stream.facts.from, abort)
    const got = match.sides.flatMap((side) => itemOf(match, side) ?? [])
    const origins = got.map(origin)
    const redelivered = items.some((each) => each.item.chunk.redelivered === true)
    const inHand: ItemInHand = {
      origin: origin(lead),
      durable: durableItem(item.chunk, item.index),
      get given() {
        return match.given
      },
      set given(results: number) {
        match.given = results
      },
    }
    const invocation = { ...made, redelivered, origins }
    const value = Object.fromEntries(match.sides.map((side) => [side, valueOf(itemOf(match, side))]))
    await runItem(value, invocation, inHand, offered)
  }
}

const itemOf = ({ items, last }: JoinMatch, side: string): SideItem | undefined =>
  items.get(side) ?? last.get(side)

const valueOf = (found: SideItem | undefined): unknown => (found ? found.item.value : null)

const origin = ({ item, stream }: SideItem): ItemInHand['origin'] =>
  originOf(item.chunk, item.index, stream.facts.source)

/**
 * The function that gives a stream's items to a callback that they do not fit: it fails with each.
 * @returns undefined when they fit
 */
export function misfit(offered: OfferedCallback, open: StreamName): Deliver | undefined {
  const message = faultOf(offered, open)
  if (message === undefined) return undefined
  return () => {
    throw new DaffiError('DAFFI_JOIN_SIDE', message)
  }
}

interface StreamName {
  as?: string
  share: boolean
}

function faultOf({ callback }: OfferedCallback, { as, share }: StreamName): string | undefined {
  const { name, options, sides = [] } = callback
  if (!options.join)
    return as === undefined ? undefined : `"${name}" joins no streams, and this one has the name ${as}`
  if (as === undefined) return `"${name}" joins streams, and this one has no name by as`
  if (share) return `"${name}" joins streams, and this one is shared`
  // Another side would be waited for ever after.
  const isKnown = sides.length < 2 || sides.includes(as)
  return isKnown ? undefined : `"${name}" joins ${sides.join(' and ')}, and this stream has the name ${as}`
}
