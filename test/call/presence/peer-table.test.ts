import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { PeerRecord } from '../../../src/runtime/call/presence/peer-record.js'
import { PeerTable } from '../../../src/runtime/call/presence/peer-table.js'
import { TIMING } from '../../../src/runtime/call/wire/timing.js'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

const record = (name: string, incarnation = `${name}1`): PeerRecord => ({
  name,
  incarnation,
  host: 'here',
  pid: 1,
  callbacks: { add: { min: 2, max: 2 } },
})

function table() {
  const peers = new PeerTable(TIMING)
  const events: string[] = []
  peers.onJoin(({ incarnation }) => events.push(`+${incarnation}`))
  peers.onLeave(({ incarnation }, how) => events.push(`-${incarnation} ${how}`))
  peers.onUnknownPeer(() => events.push('?'))
  peers.start()
  onTestFinished(() => peers.stop())
  return { peers, events }
}

test('a node is gone after three missed heartbeats, and not before', () => {
  const { peers, events } = table()
  peers.upsert(record('quiet'))
  peers.upsert(record('alive'))
  for (let second = 1; second <= 3; second++) {
    vi.advanceTimersByTime(1000)
    peers.onHeartbeat('alive1')
  }
  expect(events).toEqual(['+quiet1', '+alive1'])
  vi.advanceTimersByTime(1000)
  expect(events).toEqual(['+quiet1', '+alive1', '-quiet1 died'])
  expect([peers.get('quiet'), peers.offering('add').map(({ name }) => name)]).toEqual([undefined, ['alive']])
})

test('a new incarnation of a name takes the place of the old one', () => {
  const { peers, events } = table()
  peers.upsert(record('node', 'first'))
  peers.upsert({ ...record('node', 'first'), callbacks: {} })
  expect([events, peers.offering('add')]).toEqual([['+first'], []])
  peers.upsert(record('node', 'second'))
  expect(events).toEqual(['+first', '-first died', '+second'])
  peers.remove('node', { how: 'left', returns: false }, 'first')
  expect(peers.get('node')?.incarnation).toBe('second')
  peers.remove('node', { how: 'left', returns: false })
  expect(events.at(-1)).toBe('-second left')
})

test('silence proves nothing after a time in which this process was blocked', () => {
  const { peers, events } = table()
  peers.upsert(record('node'))
  // The loop is blocked for a minute: the timer comes late.
  vi.setSystemTime(Date.now() + 60_000)
  vi.advanceTimersByTime(1000)
  expect(events).toEqual(['+node1'])
  vi.advanceTimersByTime(4000)
  expect(events).toEqual(['+node1', '-node1 died'])
})

test('a heartbeat of an unknown node is reported', () => {
  const { peers, events } = table()
  peers.onHeartbeat('nobody')
  expect(events).toEqual(['?'])
})
