import type { ReceiverView, Snapshot, StreamView } from '../../board/snapshot.js'
import { element, setText, within } from '../dom/elements.js'
import { formatBytes, formatCount } from '../dom/format.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import type { History } from '../history/history.js'
import { CELLS, makeReceiverRow } from './receiver-row.js'

/** Table of the streams, with the counts of each receiver. */
export class StreamsView {
  readonly #root: HTMLElement
  readonly #bodies: KeyedList<StreamView>

  constructor(root: HTMLElement, history: History) {
    this.#root = root
    // The first child of the table is its head.
    this.#bodies = new KeyedList(within(root, 'table', HTMLElement), () => makeBody(history), 1)
  }

  show({ streams }: Snapshot): void {
    this.#root.hidden = streams.length === 0
    this.#bodies.show(streams, ({ id }) => id)
  }
}

function makeBody(history: History): KeyedElement<StreamView> {
  const name = element('strong')
  const route = element('span', 'quiet')
  const figures = element('span', 'quiet')
  const why = element('p', 'why')
  const title = element('th', 'stream', name, ' ', route, ' ', figures, why)
  title.colSpan = CELLS.length + 1
  title.scope = 'rowgroup'
  const root = element('tbody', '', element('tr', '', title))
  const rows = new KeyedList<{ stream: string; receiver: ReceiverView }>(
    root,
    () => makeReceiverRow(history),
    1,
  )
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
      const shown = stream.receivers.map((receiver) => ({ stream: stream.name, receiver }))
      rows.show(shown, ({ receiver }) => receiver.name)
    },
  }
}
