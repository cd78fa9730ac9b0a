import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import type { PeerRecord } from '../../../src/runtime/call/presence/peer-record.js'
import { PeerTable } from '../../../src/runtime/call/presence/peer-table.js'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

const record = (name: string, incarnation = `${name}1`): PeerRecord => ({
  name,
  incarnation,
  host: 'here',
  pid: 1,
  processTable: 'here',
  started: null,
  graceMs: 5000,
  callbacks: { add: { min: 2, max: 2 } },
})

/** A table of the node `self`, whose kernel knows what `running` says. */
function table(running: Record<string, boolean> = {}) {
  const timing = { heartbeatMs: 1000, suspectMs: 3500 }
  const peers = new PeerTable({ self: 'self1', timing, isRunning: ({ name }) => running[name] })
  const events: string[] = []
  peers.onJoin(({ incarnation }) => events.push(`+${incarnation}`))
  peers.onLeave(({ incarnation }, { how, returns }) =>
    events.push(`-${incarnation} ${how}${returns ? ' returns' : ''}`),
  )
  peers.onReturning(({ incarnation }) => events.push(`returning ${incarnation}`))
  peers.onUnknownPeer(({ incarnation }) => events.push(`?${incarnation}`))
  peers.onLapse(({ incarnation }) => events.push(`lapse ${incarnation}`))
  onTestFinished(() => peers.stop())
  const beat = (name: string): void => peers.onHeartbeat({ name, id: `${name}1` })
  /** Lets seconds pass, in each of which this node and those named are heard. */
  const pass = (seconds: number, ...heard: string[]): void => {
    for (let second = 0; second < seconds; second++) {
      vi.advanceTimersByTime(1000)
      for (const name of ['self', ...heard]) beat(name)
    }
  }
  const names = (): string[] => peers.offering('add').map(({ name }) => name)
  return { peers, events, beat, pass, names }
}

test('a silent node is suspected after three heartbeats, gets no new work, and is alive again when it is heard', () => {
  const { peers, events, beat, pass, names } = table()
  peers.upsert(record('quiet'))
  peers.upsert(record('loud'))
  pass(3, 'loud')
  expect([peers.isSuspected('quiet1'), names()]).toEqual([false, ['loud', 'quiet']])
  pass(1, 'loud')
  expect([peers.isSuspected('quiet1'), peers.isAlive('quiet'), names()]).toEqual([true, false, ['loud']])
  beat('quiet')
  expect([peers.isSuspected('quiet1'), peers.isAlive('quiet'), names()]).toEqual([
    false,
    true,
    ['loud', 'quiet'],
  ])
  expect(events).toEqual(['+quiet1', '+loud1'])
})

test('when nobody else offers a callback, the suspected nodes do', () => {
  const { peers, pass, names } = table()
  peers.upsert(record('only'))
  pass(4)
  expect([peers.isSuspected('only1'), names()]).toEqual([true, ['only']])
})

test('a node out of reach is gone when its grace is over, and joins again when it is heard', () => {
  const { peers, events, beat, pass } = table()
  peers.upsert(record('far'))
  pass(8)
  expect(events).toEqual(['+far1'])
  pass(1)
  expect(events).toEqual(['+far1', '-far1 died', 'lapse far1'])
  beat('far')
  expect(events.at(-1)).toBe('?far1')
  peers.upsert(record('far'))
  expect([events.at(-1), peers.isAlive('far')]).toEqual(['+far1', true])
})

test('a suspected node is reported now and then, unless the kernel knows it or the server has not heard of it', () => {
  const { peers, pass } = table({ local: true })
  const suspected: string[] = []
  peers.onSuspect(({ incarnation }) => suspected.push(incarnation))
  peers.upsert({ ...record('far'), graceMs: 60_000 })
  peers.upsert(record('local'))
  pass(15)
  expect(suspected).toEqual(['far1', 'far1'])
  peers.onNewServer()
  pass(30)
  expect(suspected).toHaveLength(2)
  pass(1, 'far')
  pass(4)
  expect(suspected).toHaveLength(3)
})

test('a node that seemed to have left joins again when it is heard', () => {
  const { peers, events } = table()
  peers.upsert(record('node'))
  peers.giveUp(record('node', 'another'), { how: 'left', returns: false })
  expect(events).toEqual(['+node1'])
  peers.giveUp(record('node'), { how: 'left', returns: false })
  peers.upsert(record('node'))
  expect(events).toEqual(['+node1', '-node1 left', '+node1'])
})

test('a process of this host is waited for as long as the kernel says that it lives', () => {
  const running = { stopped: true, dead: true }
  const { peers, events, pass } = table(running)
  peers.upsert(record('stopped'))
  peers.upsert(record('dead'))
  pass(1, 'dead')
  running.dead = false
  pass(1)
  expect(events).toEqual(['+stopped1', '+dead1'])
  pass(1)
  expect(events).toEqual(['+stopped1', '+dead1', '-dead1 died', 'lapse dead1'])
  pass(600)
  expect([peers.isSuspected('stopped1'), events]).toEqual([
    true,
    ['+stopped1', '+dead1', '-dead1 died', 'lapse dead1'],
  ])
})

test('nobody is suspected while this node does not hear itself', () => {
  const { peers, beat } = table()
  peers.upsert(record('node'))
  vi.advanceTimersByTime(60_000)
  // The server runs again: what it has kept comes in a burst, this node's own heartbeats first.
  for (let n = 0; n < 60; n++) beat('self')
  expect(peers.isSuspected('node1')).toBe(false)
})

test('a goodbye is for one incarnation, which stays gone', () => {
  const { peers, events } = table()
  peers.upsert(record('node', 'first'))
  peers.remove('node', { how: 'died', returns: false }, 'refused')
  expect(events).toEqual(['+first'])
  peers.upsert(record('node', 'second'))
  expect(events).toEqual(['+first', '-first died', '+second'])
  peers.remove('node', { how: 'left', returns: false }, 'first')
  peers.upsert(record('node', 'first'))
  peers.onHeartbeat({ name: 'node', id: 'first' })
  expect([peers.get('node')?.incarnation, events]).toEqual(['second', ['+first', '-first died', '+second']])
  peers.remove('node', { how: 'died', returns: true }, 'second')
  expect(events.at(-1)).toBe('-second died returns')
})

test('that a node returns is told also when a broken channel was faster than its goodbye', () => {
  const running: Record<string, boolean> = { node: true }
  const { peers, events } = table(running)
  peers.upsert(record('node'))
  expect(peers.checkProcess('node1')).toBe(true)
  running.node = false
  expect(peers.checkProcess('node1')).toBe(false)
  peers.remove('node', { how: 'died', returns: true }, 'node1')
  expect(events).toEqual(['+node1', '-node1 died', 'lapse node1', 'returning node1'])
})

test('what was said of an end is not for good: an incarnation that is heard later, and answers, is back', () => {
  const { peers, events, beat, pass } = table()
  peers.upsert(record('node'))
  peers.remove('node', { how: 'left', returns: false }, 'node1')
  pass(3, 'node')
  peers.readmit(record('node'))
  // So soon it may be what was on its way.
  expect(events).toEqual(['+node1', '-node1 left'])
  pass(1)
  beat('node')
  expect(events.slice(2)).toEqual(['?node1'])
  peers.upsert(record('node'))
  expect(peers.has('node1')).toBe(false)
  peers.readmit(record('node'))
  expect(peers.isAlive('node')).toBe(true)
})

test('a goodbye that comes before the hello is believed', () => {
  const { peers, events } = table()
  peers.remove('node', { how: 'left', returns: false }, 'first')
  peers.upsert(record('node', 'first'))
  expect(events).toEqual([])
})

test('a node of which only the claim is known is suspected until it is heard', () => {
  const { peers, events, beat } = table()
  const alive = vi.fn()
  peers.onAlive(alive)
  peers.upsert(record('claimed'), true)
  expect([peers.isAlive('claimed'), alive.mock.calls.length]).toEqual([false, 0])
  beat('claimed')
  expect([peers.isAlive('claimed'), alive.mock.calls.length, events]).toEqual([true, 1, ['+claimed1']])
})

test('a heartbeat of an unknown node is reported', () => {
  const { events, beat } = table()
  beat('nobody')
  expect(events).toEqual(['?nobody1'])
})
