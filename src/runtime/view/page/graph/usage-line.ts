import type { NodeView } from '../../board/snapshot.js'
import { element, setText } from '../dom/elements.js'
import { formatBytes } from '../dom/format.js'
import { figureOf, type History } from '../history/history.js'
import { Sparkline } from '../history/sparkline.js'

const formatShare = (share: number): string => `${Math.round(share * 100)} %`

/** Line of what the process of a node uses: share of a processor, memory, and how late its event loop is. */
export class UsageLine {
  readonly root = element('p', 'quiet usage')
  readonly #text = element('span')
  readonly #history: History
  // The curve of a process that uses a whole core has the full height.
  readonly #curve = new Sparkline('share of a core', 1, formatShare)

  constructor(history: History) {
    this.#history = history
    this.root.title = 'share of a processor core, and memory'
    this.root.append(this.#curve.root, this.#text)
  }

  show({ name, usage, cpu }: Pick<NodeView, 'name' | 'usage' | 'cpu'>): void {
    this.root.hidden = usage === null
    if (!usage) return
    this.#curve.show(this.#history.of(figureOf.cpu(name)))
    const parts = [
      cpu === null ? undefined : `${formatShare(cpu)} cpu`,
      formatBytes(usage.memoryBytes),
      usage.loopDelayMs >= 100 ? `loop late by ${Math.round(usage.loopDelayMs)} ms` : undefined,
    ]
    setText(this.#text, parts.filter((part) => part !== undefined).join(' · '))
  }
}
