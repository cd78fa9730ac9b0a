import { expect, test } from 'vitest'
import type { NodeViewState, Snapshot, StreamView } from '../../../../src/runtime/view/board/snapshot.js'
import { camerasOf } from '../../../../src/runtime/view/page/cameras/cameras.js'
import { call, node, stream } from '../views.js'

const frames = { width: 640, height: 360, format: 'bgr24' }
const running = { ...stream('one', 'show', 'gate', 'two'), frames }
const ended: StreamView = { ...running, state: 'ended' }
const made = call('one', 'show', 'gate')
const broken = { ...made, state: 'broken', gaps: 1, error: 'no frame for 5 s' } as const

const troubleOf = (part: Partial<Snapshot>, state: NodeViewState = 'ready'): string | undefined =>
  camerasOf({ streams: [running], calls: [made], nodes: [{ ...node('one'), state }], ...part })[0]?.trouble

test('a picture says what is wrong with it', () => {
  expect(troubleOf({})).toBeUndefined()
  expect(troubleOf({ calls: [broken] })).toBe('broken off, trying again: no frame for 5 s')
  expect(troubleOf({ streams: [ended] })).toBe('ended')
  expect(troubleOf({ streams: [ended] }, 'restarting')).toBe('one is restarting')
  expect(troubleOf({ streams: [{ ...ended, error: 'no such device' }] })).toBe('ended: no such device')
})

test('streams of anything else are no cameras', () => {
  expect(camerasOf({ streams: [stream('one', 'add', 'numbers', 'two')], calls: [], nodes: [] })).toEqual([])
})
