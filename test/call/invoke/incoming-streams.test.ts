import { expect, test, vi } from 'vitest'
import { IncomingStreams } from '../../../src/runtime/call/invoke/incoming-streams.js'

const from = (name: string, source: string | null = 'numbers'): { from: string; source: string | null } => ({
  from: name,
  source,
})

function incoming() {
  const onAllEnded = vi.fn()
  return { streams: new IncomingStreams(onAllEnded), ends: () => onAllEnded.mock.calls.length }
}

test('all have ended when the last one has', () => {
  const { streams, ends } = incoming()
  const [one, two] = [streams.begin(from('one')), streams.begin(from('two'))]
  one('ended')
  expect(ends()).toBe(0)
  two('ended')
  expect(ends()).toBe(1)
})

test('a stream that was left is waited for, and ends once it is back, in a new life of its writer, too', () => {
  const { streams, ends } = incoming()
  streams.begin(from('one'))('left')
  streams.begin(from('two'))('ended')
  expect(ends()).toBe(0)
  streams.begin(from('one'))('ended')
  expect(ends()).toBe(1)
})

test('an invitation that leads to nothing keeps nothing from ending, whenever it is given up', () => {
  const { streams, ends } = incoming()
  streams.begin(from('ghost'))('refused')
  expect(ends()).toBe(0)
  const ghost = streams.begin(from('ghost'))
  streams.begin(from('one'))('ended')
  ghost('refused')
  expect(ends()).toBe(1)
  streams.begin(from('ghost'))('refused')
  expect(ends()).toBe(1)
})
