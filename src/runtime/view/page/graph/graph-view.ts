import type { CallView, Snapshot, StageView } from '../../board/snapshot.js'
import { element, setText, within } from '../dom/elements.js'
import { formatBytes, formatCount, formatLatency, formatRate, formatTimes } from '../dom/format.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import { drawEdges } from './edges-view.js'
import { NodeButtons } from './node-buttons.js'
import { UsageLine } from './usage-line.js'
import { pipelineGraph, type Card, type Graph, type Receiving, type Sending } from './graph.js'

/** Number of cards that fit below one another. A layer with more also has them side by side. */
const MAX_IN_COLUMN = 5

/** The pipeline as cards in columns, with lines between them. */
export class GraphView {
  readonly #edges: SVGSVGElement
  readonly #root: HTMLElement
  readonly #layers: KeyedList<Card[]>
  #graph: Graph = { layers: [], edges: [] }

  constructor(root: HTMLElement) {
    this.#edges = within(root, '.edges', SVGSVGElement)
    this.#root = root
    const layers = within(root, '.layers', HTMLElement)
    this.#layers = new KeyedList(layers, makeLayer)
    new ResizeObserver(() => drawEdges(this.#edges, this.#graph.edges)).observe(layers)
  }

  show(snapshot: Snapshot): void {
    this.#graph = pipelineGraph(snapshot)
    this.#root.style.setProperty('--columns', String(this.#graph.layers.length))
    this.#layers.show(this.#graph.layers, (layer) => String(this.#graph.layers.indexOf(layer)))
    drawEdges(this.#edges, this.#graph.edges)
  }
}

function makeLayer(): KeyedElement<Card[]> {
  const root = element('ul', 'layer')
  const cards = new KeyedList<Card>(root, (card) => (card.kind === 'source' ? makeSource() : makeNode()))
  return {
    root,
    update: (layer) => {
      root.classList.toggle('many', layer.length > MAX_IN_COLUMN)
      cards.show(layer, ({ id }) => id)
    },
  }
}

function makeSource(): KeyedElement<Card> {
  const name = element('strong')
  const state = element('span', 'chip')
  const detail = element('p', 'quiet')
  const latency = element('p', 'quiet')
  latency.title = 'time from capture to the last stage, median and 99th percentile'
  const why = element('p', 'why')
  const root = element('li', 'card source', element('div', 'head', name, state), detail, latency, why)
  return {
    root,
    update: (card) => {
      if (card.kind !== 'source') return
      const { source, streams, calls, id } = card
      const broken = calls.find((call) => call.state === 'broken')
      const gaps = calls.reduce((sum, call) => sum + call.gaps, 0)
      const running = streams.find((stream) => stream.state === 'running')
      root.dataset.card = id
      setText(name, source.name)
      const label = broken ? 'broken off' : running ? 'live' : streams.length > 0 ? 'ended' : 'waiting'
      showState(state, label, broken ? 'warn' : running ? 'good' : 'idle')
      const labels = [source.kind, running && formatRate(running.rate), gaps > 0 && formatTimes(gaps, 'gap')]
      setText(detail, labels.filter(Boolean).join(' · '))
      setText(latency, source.endToEndMs ? `end to end ${formatLatency(source.endToEndMs)}` : '')
      setText(why, broken?.error ?? '')
    },
  }
}

function makeNode(): KeyedElement<Card> {
  const name = element('strong')
  const state = element('span', 'chip')
  const why = element('p', 'why')
  const sends = element('ul', 'flows')
  const receives = element('ul', 'flows')
  const stages = element('ul', 'flows')
  const offers = element('p', 'quiet offers')
  const buttons = new NodeButtons()
  const usage = new UsageLine()
  const root = element(
    'li',
    'card',
    element('div', 'head', name, state),
    why,
    receives,
    stages,
    sends,
    offers,
    usage.root,
    buttons.root,
  )
  const sending = new KeyedList(sends, makeSending)
  const receiving = new KeyedList(receives, makeReceiving)
  const staging = new KeyedList(stages, makeStage)
  return {
    root,
    update: (card) => {
      if (card.kind !== 'node') return
      const { node, id } = card
      root.dataset.card = id
      setText(name, node.name)
      const again =
        node.restarts > 0 ? ` · ${node.restarts} ${node.restarts === 1 ? 'restart' : 'restarts'}` : ''
      showState(state, node.state + again, TONES[node.state])
      setText(why, node.error ?? '')
      buttons.show(node)
      usage.show(node.usage)
      sending.show(card.sends, ({ call }) => nameOf(call))
      staging.show(node.stages, ({ callback }) => callback)
      receiving.show(card.receives, ({ stream }) => stream.name)
      const received = new Set(card.receives.map(({ stream }) => stream.call))
      const others = node.callbacks.filter((callback) => !received.has(callback))
      setText(offers, others.length > 0 ? `offers ${others.join(', ')}` : '')
    },
  }
}

type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle'

const TONES: Record<Snapshot['nodes'][number]['state'], Tone> = {
  starting: 'busy',
  ready: 'good',
  degraded: 'bad',
  restarting: 'warn',
  stopped: 'idle',
  failed: 'bad',
  silent: 'warn',
  absent: 'idle',
}

function makeSending(): KeyedElement<Sending> {
  const name = element('span', 'name')
  const figures = element('span', 'figures')
  const root = element('li', '', name, figures)
  return {
    root,
    update: ({ call, stream }) => {
      setText(name, nameOf(call))
      const running = stream?.state === 'running'
      const labels =
        running && call.state !== 'troubled'
          ? [formatRate(stream.rate), `${formatBytes(stream.byteRate)}/s`]
          : [call.modifier, call.state === 'open' ? 'waiting' : call.state]
      setText(figures, labels.join(' · '))
      root.dataset.tone =
        call.state === 'failed' || call.state === 'troubled' ? 'bad' : call.state === 'broken' ? 'warn' : ''
      root.title = call.error ?? ''
    },
  }
}

function makeReceiving(): KeyedElement<Receiving> {
  const name = element('span', 'name')
  const rate = element('span', 'figure')
  const lag = element('span', 'figure')
  const drops = element('span', 'figure')
  const unmatched = element('span', 'figure')
  const root = element('li', '', name, element('span', 'figures', rate, lag, drops, unmatched))
  return {
    root,
    update: ({ stream, receiver }) => {
      setText(name, nameOf(stream))
      const ended = stream.state === 'ended' || receiver.state !== 'attached'
      setText(rate, ended ? (stream.state === 'ended' ? 'ended' : receiver.state) : formatRate(receiver.rate))
      setText(lag, `lag ${formatCount(receiver.lag)}`)
      setText(drops, `drops ${formatCount(receiver.dropped)}`)
      unmatched.hidden = stream.as === null
      setText(unmatched, `unmatched ${formatCount(receiver.unmatched)}`)
      root.dataset.tone = receiver.error ? 'bad' : ''
      root.title = receiver.error ?? ''
    },
  }
}

/** The account of a callback whose results are streamed on. */
function makeStage(): KeyedElement<StageView> {
  const name = element('span', 'name')
  const figures = Array.from({ length: 4 }, () => element('span', 'figure'))
  const root = element('li', '', name, element('span', 'figures', ...figures))
  return {
    root,
    update: (stage) => {
      setText(name, stage.callback)
      const counts = [
        ['in', stage.in],
        ['out', stage.out],
        ['filtered', stage.filtered],
        ['failed', stage.failed],
      ] as const
      counts.forEach(([what, count], index) => {
        const figure = figures[index]
        if (figure) setText(figure, `${what} ${formatCount(count)}`)
      })
      root.dataset.tone = stage.failed > 0 ? 'warn' : ''
    },
  }
}

/** A stream or call in a word: what is streamed to which callback. */
function nameOf({
  source,
  resultsOf,
  call,
  as,
}: Pick<CallView, 'source' | 'resultsOf' | 'call' | 'as'>): string {
  return `${source ?? resultsOf ?? ''} → ${call}${as === null ? '' : ` as ${as}`}`.trim()
}

function showState(chip: HTMLElement, text: string, tone: Tone): void {
  setText(chip, text)
  chip.dataset.tone = tone
}
