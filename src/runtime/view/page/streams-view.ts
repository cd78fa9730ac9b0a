import type { ReceiverView, Snapshot, StreamView } from '../board/snapshot.js'
import { element, setText, within } from './dom/elements.js'
import { formatBytes, formatCount, formatLatency, formatRate } from './dom/format.js'
import { KeyedList, type KeyedElement } from './dom/keyed-list.js'

const COLUMNS = 9
/** Cell of a row, after its head, that is shown where streams are joined. */
const UNMATCHED = 4

/** Table of the streams, with the counts of each receiver. */
export class StreamsView {
  readonly #root: HTMLElement
  readonly #table: HTMLElement
  readonly #bodies: KeyedList<StreamView>

  constructor(root: HTMLElement) {
    this.#root = root
    // The first child of the table is its head.
    this.#table = within(root, 'table', HTMLElement)
    this.#bodies = new KeyedList(this.#table, makeBody, 1)
  }

  show({ streams }: Snapshot): void {
    this.#root.hidden = streams.length === 0
    this.#table.classList.toggle(
      'joins',
      streams.some(({ as }) => as !== null),
    )
    this.#bodies.show(streams, ({ id }) => id)
  }
}

function makeBody(): KeyedElement<StreamView> {
  const name = element('strong')
  const route = element('span', 'quiet')
  const figures = element('span', 'quiet')
  const why = element('p', 'why')
  const title = element('th', 'stream', name, ' ', route, ' ', figures, why)
  title.colSpan = COLUMNS
  title.scope = 'rowgroup'
  const root = element('tbody', '', element('tr', '', title))
  const rows = new KeyedList(root, makeRow, 1)
  return {
    root,
    update: (stream) => {
      setText(name, stream.name)
      const side = stream.as === null ? '' : ` as ${stream.as}`
      const results = stream.resultsOf === null ? '' : ` · results of ${stream.resultsOf}`
      setText(route, `${stream.from} → ${stream.call}${side}${results} · ${stream.delivery}`)
      const sum = `${formatCount(stream.items)} items · ${formatBytes(stream.bytes)}`
      setText(figures, stream.state === 'running' ? `· ${sum}` : `· ended · ${sum}`)
      setText(why, stream.error ?? '')
      root.dataset.state = stream.state
      rows.show(stream.receivers, (receiver) => receiver.name)
    },
  }
}

function makeRow(): KeyedElement<ReceiverView> {
  const label = element('span')
  const why = element('p', 'why')
  const name = element('th', '', label, why)
  name.scope = 'row'
  const cells = Array.from({ length: COLUMNS - 1 }, () => element('td'))
  cells[UNMATCHED]?.classList.add('unmatched')
  const root = element('tr', '', name, ...cells)
  return {
    root,
    update: (receiver) => {
      const { attaches, state, lane, latencyMs, error } = receiver
      setText(label, receiver.name)
      setText(why, error ?? '')
      const texts = [
        state === 'attached' ? formatRate(receiver.rate) : state,
        formatCount(receiver.lag),
        formatCount(receiver.dropped),
        formatCount(receiver.failed),
        formatCount(receiver.unmatched),
        formatCount(receiver.lost),
        formatLatency(latencyMs),
        attaches > 1 ? `${lane} (${attaches}×)` : lane,
      ]
      cells.forEach((cell, index) => setText(cell, texts[index] ?? ''))
      const counts = [receiver.dropped, receiver.failed, receiver.unmatched, receiver.lost]
      counts.forEach((count, index) => cells[index + 2]?.classList.toggle('some', count > 0))
    },
  }
}
