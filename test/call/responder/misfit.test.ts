import { expect, test } from 'vitest'
import { misfit } from '../../../src/runtime/call/responder/join-runner.js'
import { CallGate } from '../../../src/runtime/call/invoke/call-gate.js'

const JOIN = { withinMs: 15, missing: undefined, patienceMs: 1000 }
const arity = { min: 1, max: 1 }

/** Message of the error with which a stream's items fail; undefined when they fit. */
function fault(joins: boolean, sides: string[], open: { as?: string; share?: boolean }): unknown {
  const options = joins ? { join: JOIN } : {}
  const callback = { name: 'fuse', arity, fn: () => undefined, options, sides }
  const deliver = misfit(
    { callback, gate: new CallGate(callback), tracer: undefined },
    { share: false, ...open },
  )
  try {
    return deliver?.(1, { item: 0, time: 0 }, 0)
  } catch (error) {
    return error
  }
}

test.each([
  [false, [], { as: 'left' }, 'joins no streams'],
  [true, [], {}, 'has no name by as'],
  [true, [], { as: 'left', share: true }, 'is shared'],
  [true, ['left', 'right'], { as: 'third' }, 'joins left and right, and this stream has the name third'],
])('a callback that joins: %s, %j; a stream %j: %s', (joins, sides, open, message) => {
  expect(fault(joins, sides, open)).toMatchObject({ code: 'DAFFI_JOIN_SIDE' })
  expect(String(fault(joins, sides, open))).toContain(message)
})

test.each([
  [false, [], {}],
  [true, [], { as: 'left' }],
  [true, ['left'], { as: 'right' }],
  [true, ['left', 'right'], { as: 'right' }],
])('a callback that joins: %s, %j; a stream %j fits', (joins, sides, open) => {
  expect(fault(joins, sides, open)).toBeUndefined()
})
