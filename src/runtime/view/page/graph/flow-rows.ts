import type { CallMadeView, CallView, StageView } from '../../board/snapshot.js'
import { element, setText } from '../dom/elements.js'
import { formatBytes, formatCount, formatLatency, formatRate, formatTimes } from '../dom/format.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import type { Receiving, Sending } from './graph.js'

/** A stream or call in a word: what is streamed to which callback. */
export function nameOf({
  source,
  resultsOf,
  call,
  as,
}: Pick<CallView, 'source' | 'resultsOf' | 'call' | 'as'>): string {
  return `${source ?? resultsOf ?? ''} → ${call}${as === null ? '' : ` as ${as}`}`.trim()
}

/** A line of a card: a name, and figures that may wrap between one another. */
class Row {
  readonly root: HTMLElement
  readonly #name = element('span', 'name')
  readonly #figures: KeyedList<string>

  constructor() {
    const figures = element('span', 'figures')
    this.#figures = new KeyedList(figures, () => {
      const root = element('span', 'figure')
      return { root, update: (text: string) => setText(root, text) }
    })
    this.root = element('li', '', this.#name, figures)
  }

  /** @param figures those that are false are left out */
  show(name: string, figures: (string | false | null)[], tone: 'warn' | 'bad' | '' = '', title = ''): void {
    setText(this.#name, name)
    const shown = figures.filter((figure): figure is string => figure !== false && figure !== null)
    this.#figures.show(shown, (figure) => String(shown.indexOf(figure)))
    this.root.dataset.tone = tone
    this.root.title = title
  }
}

/** Row of a stream or call that the node sends. */
export function makeSending(): KeyedElement<Sending> {
  const row = new Row()
  return {
    root: row.root,
    update: ({ call, stream }) => {
      const runs = stream?.state === 'running' && call.state !== 'troubled'
      const figures = runs
        ? [formatRate(stream.rate), `${formatBytes(stream.byteRate)}/s`]
        : [call.modifier, call.state === 'open' ? 'waiting' : call.state]
      const isBad = call.state === 'failed' || call.state === 'troubled'
      row.show(nameOf(call), figures, isBad ? 'bad' : call.state === 'broken' ? 'warn' : '', call.error ?? '')
    },
  }
}

/** Row of calls that a callback of the node makes. */
export function makeCallsMade(): KeyedElement<CallMadeView> {
  const row = new Row()
  return {
    root: row.root,
    update: ({ from, call, to, count, rate }) => {
      const figures = [rate > 0 && formatRate(rate), formatTimes(count, 'call')]
      row.show(`${from} → ${call}${to === null ? '' : ` at ${to}`}`, figures)
    },
  }
}

/** Row of a stream that the node receives. Counts of what went wrong are shown when something did. */
export function makeReceiving(): KeyedElement<Receiving> {
  const row = new Row()
  return {
    root: row.root,
    update: ({ stream, receiver }) => {
      const state = stream.state === 'ended' ? 'ended' : receiver.state
      const figures = [
        stream.state === 'ended' || state !== 'attached' ? state : formatRate(receiver.rate),
        `lag ${formatCount(receiver.lag)}`,
        receiver.dropped > 0 && `${formatCount(receiver.dropped)} dropped`,
        receiver.failed > 0 && `${formatCount(receiver.failed)} failed`,
        receiver.unmatched > 0 && `${formatCount(receiver.unmatched)} unmatched`,
        receiver.lost > 0 && `${formatCount(receiver.lost)} lost`,
        receiver.latencyMs && formatLatency(receiver.latencyMs),
      ]
      const title = 'the last figure: time from capture to here, median and 99th percentile'
      row.show(nameOf(stream), figures, receiver.error ? 'bad' : '', receiver.error ?? title)
    },
  }
}

/** Row of the account of a callback whose results are streamed on. */
export function makeStage(): KeyedElement<StageView> {
  const row = new Row()
  return {
    root: row.root,
    update: (stage) => {
      const figures = [
        `in ${formatCount(stage.in)}`,
        `out ${formatCount(stage.out)}`,
        stage.filtered > 0 && `filtered ${formatCount(stage.filtered)}`,
        stage.failed > 0 && `failed ${formatCount(stage.failed)}`,
      ]
      row.show(stage.callback, figures, stage.failed > 0 ? 'warn' : '')
    },
  }
}
