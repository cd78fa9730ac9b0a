import { expect, test } from 'vitest'
import { figureOf, History, SECONDS } from '../../../../src/runtime/view/page/history/history.js'
import { node, stream } from '../views.js'

const RATE = figureOf.rate('camera', 'two')

/** Adds the rate of a receiver at a time, in seconds. */
function add(history: History, seconds: number, rate: number): void {
  const written = stream('one', 'show', 'camera', 'two')
  const receivers = written.receivers.map((each) => ({ ...each, rate, lag: 2 * rate }))
  history.add({
    connected: true,
    time: seconds * 1000,
    sources: [{ name: 'camera', kind: 'camera', endToEndMs: null }],
    nodes: [{ ...node('two'), cpu: 0.5, callRate: 7 }, node('one')],
    streams: [{ ...written, rate, receivers }],
  })
}

test('there is one value a second, and no more than a minute of them', () => {
  const history = new History()
  for (let half = 0; half < 4; half++) add(history, half / 2, half)
  expect(history.of(RATE)).toEqual([1, 3])
  for (let second = 2; second < 100; second++) add(history, second, second)
  expect(history.of(RATE)).toHaveLength(SECONDS)
  expect(history.of(RATE).at(-1)).toBe(99)
})

test('an answer that is late is no gap, and a longer silence is one', () => {
  const history = new History()
  add(history, 1, 5)
  add(history, 4, 6)
  add(history, 8, 7)
  expect(history.of(RATE)).toEqual([5, 5, 5, 6, null, null, null, 7])
})

test('a node has the rate of what it gets and answers, and one that only sends that of what it sends', () => {
  const history = new History()
  add(history, 1, 30)
  const figures = [
    figureOf.rateOfNode('two'),
    figureOf.rateOfNode('one'),
    figureOf.rateOfSource('camera'),
    figureOf.cpu('two'),
    figureOf.cpu('one'),
    figureOf.lag('camera', 'two'),
  ]
  expect(figures.map((figure) => history.of(figure))).toEqual([[37], [30], [30], [0.5], [], [60]])
})

test('a figure that is not there for a minute is forgotten', () => {
  const history = new History()
  add(history, 1, 5)
  const empty = { connected: true, sources: [], nodes: [], streams: [] }
  history.add({ ...empty, time: 30_000 })
  expect(history.of(RATE)).toHaveLength(30)
  history.add({ ...empty, time: 62_000 })
  expect(history.of(RATE)).toEqual([])
})
