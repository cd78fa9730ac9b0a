import { element, Keeper, setText, within, type Kept } from './dom/dom.js'
import { formatBytes, formatCount, formatLatency, formatRate } from './dom/format.js'
import type { ReceiverView, Snapshot, StreamView } from '../board/snapshot.js'

const COLUMNS = 8

/** Every stream with the account of each of its receivers, as a table. */
export class StreamsView {
  readonly #root: HTMLElement
  readonly #bodies: Keeper<StreamView>

  constructor(root: HTMLElement) {
    this.#root = root
    // The table's head is the first child of all.
    const table = within(root, 'table', HTMLElement)
    this.#bodies = new Keeper(table, makeBody, 1)
  }

  show({ streams }: Snapshot): void {
    this.#root.hidden = streams.length === 0
    this.#bodies.show(streams, ({ id }) => id)
  }
}

function makeBody(): Kept<StreamView> {
  const name = element('strong')
  const way = element('span', 'quiet')
  const figures = element('span', 'quiet')
  const title = element('th', 'stream', name, ' ', way, ' ', figures)
  title.colSpan = COLUMNS
  title.scope = 'rowgroup'
  const root = element('tbody', '', element('tr', '', title))
  const rows = new Keeper(root, makeRow, 1)
  return {
    root,
    update: (stream) => {
      setText(name, stream.name)
      setText(way, `${stream.from} → ${stream.call} · ${stream.delivery}`)
      const sum = `${formatCount(stream.items)} items · ${formatBytes(stream.bytes)}`
      setText(figures, stream.state === 'running' ? `· ${sum}` : `· ended · ${sum}`)
      root.dataset.state = stream.state
      rows.show(stream.receivers, (receiver) => receiver.name)
    },
  }
}

function makeRow(): Kept<ReceiverView> {
  const name = element('th')
  name.scope = 'row'
  const cells = Array.from({ length: COLUMNS - 1 }, () => element('td'))
  const root = element('tr', '', name, ...cells)
  return {
    root,
    update: (receiver) => {
      const { attaches, state, lane, latencyMs, error } = receiver
      setText(name, receiver.name)
      const texts = [
        state === 'attached' ? formatRate(receiver.rate) : state,
        formatCount(receiver.lag),
        formatCount(receiver.dropped),
        formatCount(receiver.failed),
        formatCount(receiver.lost),
        formatLatency(latencyMs),
        attaches > 1 ? `${lane} (${attaches}×)` : lane,
      ]
      cells.forEach((cell, index) => setText(cell, texts[index] ?? ''))
      const counts = [receiver.dropped, receiver.failed, receiver.lost]
      counts.forEach((count, index) => cells[index + 2]?.classList.toggle('some', count > 0))
      root.title = error ?? ''
    },
  }
}
