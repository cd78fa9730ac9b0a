import { expect, test } from 'vitest'
import type { Card, Edge } from '../../../../src/runtime/view/page/graph/graph.js'
import { layoutOf, type Layout } from '../../../../src/runtime/view/page/graph/layout.js'
import { railsOf } from '../../../../src/runtime/view/page/graph/rail-lines.js'
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
})

test('cards are put in an order in which lines do not cross', () => {
  const crossed = layout('A B C one two three', 'A > three', 'B > two', 'C > one')
  expect(cardsOf(crossed)).toEqual(['A B C', 'three two one'])
})

test('many cards of a layer are one box with one line', () => {
  const names = [1, 2, 3, 4, 5, 6].map((index) => `n${index}`)
  const { layers, routes } = layout(['a', ...names].join(' '), ...names.map((name) => `a > ${name}`))
  expect(layers.map((layer) => layer.map(({ cards }) => cards.length))).toEqual([[1], [6]])
  expect(routes).toHaveLength(1)
})

test('lines beside the cards have rails of their own where they would lie over one another', () => {
  const next = railsOf(layout('a b c', 'a > b', 'b > c'))
  expect(next.count).toBe(1)
  const { numbers, count } = railsOf(layout('a b c', 'a > b', 'b > c', 'a > c'))
  expect(count).toBe(2)
  expect(numbers.get('stream a')).toBe(1)
})
