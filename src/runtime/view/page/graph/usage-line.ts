import type { UsageView } from '../../board/snapshot.js'
import { element, setText } from '../dom/elements.js'
import { formatBytes } from '../dom/format.js'

/** Time over which the share of a processor is taken, in milliseconds. */
const SPAN_MS = 2000

/** Line of what the process of a node uses: share of a processor, memory, and how late its event loop is. */
export class UsageLine {
  readonly root = element('p', 'quiet')
  #before: { at: number; cpuSeconds: number } | undefined
  #share: number | undefined

  show(usage: UsageView | null): void {
    if (!usage) {
      this.#before = undefined
      this.#share = undefined
      setText(this.root, '')
      return
    }
    this.#measure(usage.cpuSeconds, performance.now())
    const parts = [
      this.#share === undefined ? undefined : `${Math.round(this.#share * 100)} % of a core`,
      formatBytes(usage.memoryBytes),
      usage.loopDelayMs >= 100 ? `loop late by ${Math.round(usage.loopDelayMs)} ms` : undefined,
    ]
    setText(this.root, parts.filter((part) => part !== undefined).join(' · '))
  }

  #measure(cpuSeconds: number, at: number): void {
    // Less than before is that of another process.
    if (!this.#before || cpuSeconds < this.#before.cpuSeconds) this.#before = { at, cpuSeconds }
    const seconds = (at - this.#before.at) / 1000
    if (seconds * 1000 < SPAN_MS) return
    this.#share = (cpuSeconds - this.#before.cpuSeconds) / seconds
    this.#before = { at, cpuSeconds }
  }
}
