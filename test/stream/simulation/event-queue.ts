import type { Actor } from './simulated-time.js'

export interface Event {
  /** Simulated milliseconds. */
  at: number
  actor: Actor
  run: () => void
  cancelled: boolean
  /** Number by which events of one time are in order; absent until the event is in the queue. */
  order?: number
}

type Queued = Event & { order: number }

/** Events in the order of their times, and those of one time in the order in which they came: a binary heap. */
export class EventQueue {
  readonly #heap: Queued[] = []
  #order = 0

  /** Adds an event, also one that was taken out before: it keeps its place. */
  push(event: Event): void {
    const heap = this.#heap
    const added = Object.assign(event, { order: event.order ?? this.#order++ })
    let index = heap.push(added) - 1
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = heap[above]
      if (!parent || !isEarlier(added, parent)) break
      heap[index] = parent
      index = above
    }
    heap[index] = added
  }

  /** Takes the next event that is due at that time. */
  popUntil(time: number): Event | undefined {
    const heap = this.#heap
    const [first] = heap
    if (!first || first.at > time) return undefined
    const last = heap.pop()
    if (last && heap.length > 0) this.#sink(last)
    return first
  }

  #sink(event: Queued): void {
    const heap = this.#heap
    let index = 0
    for (;;) {
      const left = heap[2 * index + 1]
      const right = heap[2 * index + 2]
      const isRight = right !== undefined && left !== undefined && isEarlier(right, left)
      const child = isRight ? right : left
      if (!child || !isEarlier(child, event)) break
      heap[index] = child
      index = 2 * index + (isRight ? 2 : 1)
    }
    heap[index] = event
  }
}

const isEarlier = (a: Queued, b: Queued): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
