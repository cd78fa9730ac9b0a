import { expect, test } from 'vitest'
import type { Card, Edge } from '../../../../src/runtime/view/page/graph/graph.js'
import { layoutOf, type Layout } from '../../../../src/runtime/view/page/graph/layout.js'
import { railsOf } from '../../../../src/runtime/view/page/lines/rail-lines.js'
import { node } from '../views.js'

const nodeCard = (id: string): Card => ({ id, kind: 'node', node: node(id), sends: [], receives: [] })
const sourceCard = (id: string): Card => ({
  id,
  kind: 'source',
  source: { name: id, kind: 'camera', endToEndMs: null },
  streams: [],
  calls: [],
})

/** Lays out edges such as `a > b`, or `a ~ b` for a call. What begins with a capital is a source. */
function layout(cards: string, ...edges: string[]): Layout {
  return layoutOf({
    cards: cards.split(' ').map((id) => (/^[A-Z]/.test(id) ? sourceCard(id) : nodeCard(id))),
    edges: edges.map((text): Edge => {
      const [from = '', sign, to = ''] = text.split(' ')
      return { from, to, kind: sign === '~' ? 'call' : 'stream', state: 'idle' }
    }),
  })
}

const cardsOf = ({ layers }: Layout): string[] =>
  layers.map((layer) => layer.flatMap(({ cards }) => cards.map(({ id }) => id)).join(' '))

test('what comes from somewhere stands to the right of it, and nodes never beside sources', () => {
  expect(cardsOf(layout('Camera one two alone', 'Camera > one', 'one > two'))).toEqual([
    'Camera',
    'one alone',
    'two',
  ])
})

test('a line that is longer than a layer has a lane in each layer between, which others of its card share', () => {
  const { layers, routes } = layout('a b c d e', 'a > b', 'b > c', 'c > d', 'a > d', 'a > c', 'd > e')
  expect(layers.map((layer) => layer.length)).toEqual([1, 2, 2, 1, 1])
  const long = routes.find(({ slots }) => slots[0] === 'a' && slots.at(-1) === 'd')
  const shorter = routes.find(({ slots }) => slots[0] === 'a' && slots.at(-1) === 'c')
  expect(long?.slots).toHaveLength(4)
  expect(shorter?.slots[1]).toBe(long?.slots[1])
})

test('in a circle, the call leads back rather than the stream', () => {
  const { layers, routes } = layout('b a', 'b ~ a', 'a > b')
  expect(layers.map(([slot]) => slot?.id)).toEqual(['a', 'b'])
  expect(routes.map(({ kind, direction }) => [kind, direction])).toEqual([
    ['call', 'back'],
    ['stream', 'forward'],
  ])
  expect(layout('a', 'a > a').routes[0]?.direction).toBe('beside')
  const called = layout(
    'guest A sensor reader archive directory',
    'A > sensor',
    'sensor > reader',
    'reader > archive',
    'archive ~ directory',
    'directory ~ reader',
    'guest ~ archive',
  )
  expect(cardsOf(called)).toEqual(['A', 'guest sensor', 'reader', 'archive', 'directory'])
})

test('cards are put in an order in which lines do not cross', () => {
  const crossed = layout('A B C one two three', 'A > three', 'B > two', 'C > one')
  expect(cardsOf(crossed)).toEqual(['A B C', 'three two one'])
})

test('of many cards in a layer, those that are joined to the same ones are in a box with one line', () => {
  const names = [1, 2, 3, 4, 5, 6].map((index) => `n${index}`)
  const cards = ['a', 'b', ...names].join(' ')
  const { layers, routes } = layout(cards, 'a > b', ...names.map((name) => `a > ${name}`))
  expect(layers.map((layer) => layer.map((slot) => slot.cards.length))).toEqual([[1], [7]])
  expect(routes).toHaveLength(1)
  const other = layout(`${cards} c`, 'a > b', ...names.map((name) => `a > ${name}`), 'b > c')
  expect(other.layers.map((layer) => layer.map((slot) => slot.cards.length))).toEqual([[1], [1, 6], [1]])
  expect(other.routes).toHaveLength(3)
})

test('too many cards of a layer are all in one box', () => {
  const names = Array.from({ length: 9 }, (_, index) => `n${index}`)
  const { layers } = layout(
    ['a', ...names, ...names.map((name) => `to_${name}`)].join(' '),
    ...names.flatMap((name) => [`a > ${name}`, `${name} > to_${name}`]),
  )
  expect(layers.map((layer) => layer.map((slot) => slot.cards.length))).toEqual([[1], [9], [9]])
})

test('lines beside the cards have rails of their own where they would lie over one another', () => {
  const next = railsOf(layout('a b c', 'a > b', 'b > c'))
  expect(next.count).toBe(1)
  const { numbers, count } = railsOf(layout('a b c', 'a > b', 'b > c', 'a > c'))
  expect(count).toBe(2)
  expect(numbers.get('stream a')).toBe(1)
})
