import type { ReceiverView } from '../../board/snapshot.js'
import { element, setText } from '../dom/elements.js'
import { formatCount, formatLatency, formatRate } from '../dom/format.js'
import type { KeyedElement } from '../dom/keyed-list.js'
import { figureOf, type History } from '../history/history.js'
import { Sparkline } from '../history/sparkline.js'

/** Names of a row's cells after its head, as the head of the table has them. A narrow table shows them beside the figures. */
export const CELLS = ['rate', 'lag', 'not processed', 'p50 / p99', 'lane'] as const
type Cell = (typeof CELLS)[number]

/** Counts of items that were not processed. */
const MISSING = ['dropped', 'failed', 'unmatched', 'lost'] as const

/** Row of a receiver of a stream: its figures, and the last minute of rate and lag. */
export function makeReceiverRow(history: History): KeyedElement<{ stream: string; receiver: ReceiverView }> {
  const label = element('span')
  const why = element('p', 'why')
  const name = element('th', '', label, why)
  name.scope = 'row'
  const figures = new Map(CELLS.map((cell) => [cell, element('span')]))
  const curves = {
    rate: new Sparkline('rate', 1, formatRate),
    lag: new Sparkline('lag', 10, formatCount),
  }
  curves.lag.root.classList.add('lag')
  const cells = CELLS.map((cell) => {
    const made = element('td')
    made.dataset.label = cell
    if (cell === 'rate' || cell === 'lag') made.append(curves[cell].root)
    made.append(figures.get(cell) ?? '')
    return made
  })
  const root = element('tr', '', name, ...cells)
  return {
    root,
    update: ({ stream, receiver }) => {
      const { attaches, state, lane, latencyMs, error } = receiver
      setText(label, receiver.name)
      setText(why, error ?? '')
      const missing = MISSING.filter((count) => receiver[count] > 0)
      const texts: Record<Cell, string> = {
        rate: state === 'attached' ? formatRate(receiver.rate) : state,
        lag: formatCount(receiver.lag),
        'not processed': missing.map((count) => `${formatCount(receiver[count])} ${count}`).join(', ') || '0',
        'p50 / p99': formatLatency(latencyMs),
        lane: attaches > 1 ? `${lane} (${attaches}×)` : lane,
      }
      for (const [cell, figure] of figures) setText(figure, texts[cell])
      figures.get('not processed')?.classList.toggle('some', missing.length > 0)
      curves.rate.show(history.of(figureOf.rate(stream, receiver.name)))
      curves.lag.show(history.of(figureOf.lag(stream, receiver.name)))
    },
  }
}
