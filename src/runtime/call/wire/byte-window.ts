import pLimit from 'p-limit'
import { Wakeup } from '../../core/deferred.js'
import { bounded } from '../../core/timeout.js'

/** Limits the bytes that are under way at a time. What is larger than the limit goes alone. */
export class ByteWindow {
  readonly #limit: number
  readonly #changed: Wakeup
  /** Only the first of those who wait looks for room, so that they enter in order. */
  readonly #line = pLimit(1)
  #used = 0

  /** @param changed is notified when there may be room again */
  constructor(limit: number, changed = new Wakeup()) {
    this.#limit = limit
    this.#changed = changed
  }

  get used(): number {
    return this.#used
  }

  hasRoom(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#limit
  }

  add(bytes: number): void {
    this.#used += bytes
  }

  remove(bytes: number): void {
    this.#used -= bytes
    this.#changed.notify()
  }

  /**
   * Adds bytes when there is room, in order. @returns a promise when it must wait.
   * @throws DaffiError, the signal's reason or DAFFI_ABORTED */
  enter(bytes: number, signal?: AbortSignal): Promise<void> | undefined {
    if (this.#line.activeCount > 0 || !this.hasRoom(bytes)) return this.#line(() => this.#wait(bytes, signal))
    this.add(bytes)
    return undefined
  }

  async #wait(bytes: number, signal?: AbortSignal): Promise<void> {
    while (!this.hasRoom(bytes)) {
      await bounded(this.#changed.wait(), { signal, what: 'waiting for room' })
    }
    signal?.throwIfAborted()
    this.add(bytes)
  }
}

/** A window of bytes for each node. */
export class NodeWindows {
  readonly #limit: number
  readonly #changed: Wakeup
  readonly #byNode = new Map<string, ByteWindow>()

  constructor(limit: number, changed: Wakeup) {
    this.#limit = limit
    this.#changed = changed
  }

  of(node: string): ByteWindow {
    let window = this.#byNode.get(node)
    if (!window) {
      window = new ByteWindow(this.#limit, this.#changed)
      this.#byNode.set(node, window)
    }
    return window
  }

  /** Removes the window of a node that is gone: what was under way to it will not arrive. */
  forget(node: string): void {
    this.#byNode.delete(node)
    this.#changed.notify()
  }
}
