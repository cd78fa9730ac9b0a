import { expect, test } from 'vitest'
import { outputArguments } from '../../src/runtime/source/output.js'
import { pattern, unsized } from './support.js'

const file = { kind: 'file', path: 'video.mp4', paced: false, ...unsized } as const

test.each([
  ['N-47683-g0e8eb07980-static', '-vsync'],
  ['4.1', '-vsync'],
  ['5.0.1', '-vsync'],
  ['5.1.7-0+deb12u1', '-fps_mode'],
  ['7.0.2-static', '-fps_mode'],
])('version %s knows %s', (version, option) => {
  expect(outputArguments(file, version)).toContain(option)
})

test('size and rate are filters, but for a camera, which is asked for its rate', () => {
  const size = { width: 640, height: 480 }
  expect(outputArguments(file, '7.0').join(' ')).toContain('-vf settb=')
  expect(outputArguments({ ...file, size, fps: 5 }, '7.0').join(' ')).toContain(
    '-vf fps=5,scale=640:480,settb=',
  )
  expect(outputArguments({ ...pattern, size, fps: 5 }, '7.0').join(' ')).toContain('-vf scale=640:480,settb=')
})
