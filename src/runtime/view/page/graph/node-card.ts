import type { NodeViewState } from '../../board/snapshot.js'
import { element, setText } from '../dom/elements.js'
import { formatRate, formatTimes } from '../dom/format.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import { figureOf, type History } from '../history/history.js'
import { Sparkline } from '../history/sparkline.js'
import { makeCallsMade, makeReceiving, makeSending, makeStage, nameOf } from './flow-rows.js'
import type { Card } from './graph.js'
import { NodeButtons } from './node-buttons.js'
import { UsageLine } from './usage-line.js'

const TONES: Record<NodeViewState, 'good' | 'busy' | 'warn' | 'bad' | 'idle'> = {
  starting: 'busy',
  ready: 'good',
  degraded: 'bad',
  restarting: 'warn',
  stopped: 'idle',
  failed: 'bad',
  silent: 'warn',
  absent: 'idle',
}

/** Card of a node: its state, what flows through it, what its process uses, and orders to it. */
export function makeNodeCard(history: History): KeyedElement<Card> {
  const name = element('strong')
  const state = element('span', 'chip')
  const why = element('p', 'why')
  const flows = (): HTMLElement => element('ul', 'flows')
  const [receives, stages, sends, makes] = [flows(), flows(), flows(), flows()]
  const offers = element('p', 'quiet offers')
  const buttons = new NodeButtons()
  const usage = new UsageLine(history)
  const foot = element('div', 'foot', usage.root, buttons.root)
  const curve = new Sparkline('items and calls', 1, formatRate)
  const head = element('div', 'head', name, curve.root, state)
  const root = element('div', 'card', head, why, receives, stages, sends, makes, offers, foot)
  const receiving = new KeyedList(receives, makeReceiving)
  const staging = new KeyedList(stages, makeStage)
  const sending = new KeyedList(sends, makeSending)
  const making = new KeyedList(makes, makeCallsMade)
  return {
    root,
    update: (card) => {
      if (card.kind !== 'node') return
      const { node } = card
      setText(name, node.name)
      const again = node.restarts > 0 ? ` · ${formatTimes(node.restarts, 'restart')}` : ''
      setText(state, node.state + again)
      state.dataset.tone = TONES[node.state]
      setText(why, node.error ?? '')
      buttons.show(node)
      usage.show(node)
      curve.show(history.of(figureOf.rateOfNode(node.name)))
      receiving.show(card.receives, ({ stream }) => stream.name)
      staging.show(node.stages, ({ callback }) => callback)
      sending.show(card.sends, ({ call }) => nameOf(call))
      making.show(node.made, ({ from, call, to }) => `${from} ${call} ${to}`)
      const received = new Set(card.receives.map(({ stream }) => stream.call))
      const others = node.callbacks.filter((callback) => !received.has(callback))
      const answers = node.callRate > 0 ? ` · ${formatRate(node.callRate)}` : ''
      setText(offers, others.length > 0 ? `offers ${others.join(', ')}${answers}` : '')
    },
  }
}
