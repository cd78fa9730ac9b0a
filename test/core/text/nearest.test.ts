import { expect, test } from 'vitest'
import { nearest } from '../../../src/runtime/core/text/nearest.js'

const KNOWN = ['camera', 'front-door', 'detect', 'fps', 'Recorder']

test.each([
  // Up to two changes, or a third of the known name's length if that is more.
  ['camra', 'camera'],
  ['kamera', 'camera'],
  ['caméra', 'camera'],
  ['detcet', 'detect'],
  ['front_dor', 'front-door'],
  ['frnt-dr', 'front-door'],
  ['fsp', 'fps'],
  ['fp', 'fps'],
  // Case does not count, and the name is given as it is known.
  ['CAMERA', 'camera'],
  ['recorder', 'Recorder'],
  ['recordre', 'Recorder'],
])('%s probably means %s', (word, name) => {
  expect(nearest(word, KNOWN)).toBe(name)
})

test.each(['', 'x', 'xy', 'microphone', 'camaraderie', 'fr-do'])('%j means none of them', (word) => {
  expect(nearest(word, KNOWN)).toBeUndefined()
})

test('nothing is near when nothing is known', () => {
  expect(nearest('camera', [])).toBeUndefined()
})

test('the nearest of several is chosen', () => {
  expect(nearest('node2', ['node10', 'node3', 'node2a'])).toBe('node3')
  expect(nearest('process21', ['process1', 'process2', 'process211'])).toBe('process1')
})

test('a short word that is half wrong is no misspelt one, but for what begins as it does', () => {
  expect(nearest('port', ['host'])).toBeUndefined()
  expect(nearest('hsot', ['host'])).toBe('host')
})
