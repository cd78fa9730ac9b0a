import { element, setText } from '../dom/elements.js'
import { formatLatency, formatRate, formatTimes } from '../dom/format.js'
import type { KeyedElement } from '../dom/keyed-list.js'
import { figureOf, type History } from '../history/history.js'
import { Sparkline } from '../history/sparkline.js'
import type { Card } from './graph.js'

type SourceCard = Extract<Card, { kind: 'source' }>

/** Card of a source: whether it yields items, how many, and how long these take to the last stage. */
export function makeSourceCard(history: History): KeyedElement<Card> {
  const name = element('strong')
  const state = element('span', 'chip')
  const detail = element('p', 'quiet')
  const latency = element('p', 'quiet')
  latency.title = 'time from capture to the last stage, median and 99th percentile'
  const why = element('p', 'why')
  const curve = new Sparkline('items', 1, formatRate)
  const head = element('div', 'head', name, state)
  const root = element('div', 'card source', head, element('div', 'line', detail, curve.root), latency, why)
  return {
    root,
    update: (card) => {
      if (card.kind !== 'source') return
      const { source, streams, calls } = card
      const broken = calls.find((call) => call.state === 'broken')
      const gaps = calls.reduce((sum, call) => sum + call.gaps, 0)
      const running = streams.find((stream) => stream.state === 'running')
      setText(name, source.name)
      setText(state, broken ? 'broken off' : running ? 'live' : hasEnded(card) ? 'ended' : 'waiting')
      state.dataset.tone = broken ? 'warn' : running ? 'good' : 'idle'
      const labels = [source.kind, running && formatRate(running.rate), gaps > 0 && formatTimes(gaps, 'gap')]
      setText(detail, labels.filter(Boolean).join(' · '))
      curve.show(history.of(figureOf.rateOfSource(source.name)))
      setText(latency, source.endToEndMs ? `end to end ${formatLatency(source.endToEndMs)}` : '')
      setText(why, broken?.error ?? '')
    },
  }
}

/** Whether the source was read, and is not read any more: a stream that ended long ago is no longer told, but its call is. */
const hasEnded = ({ streams, calls }: SourceCard): boolean =>
  streams.length > 0 || calls.some((call) => call.state === 'done' || call.state === 'failed')
