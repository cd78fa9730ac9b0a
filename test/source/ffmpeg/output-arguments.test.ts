import { expect, test } from 'vitest'
import { outputArguments } from '../../../src/runtime/source/ffmpeg/output-arguments.js'
import { fileAt, pattern } from '../support.js'

const file = fileAt('video.mp4')

test.each([
  ['N-47683-g0e8eb07980-static', '-vsync'],
  ['4.1', '-vsync'],
  ['5.0.1', '-vsync'],
  ['5.1.7-0+deb12u1', '-fps_mode'],
  ['7.0.2-static', '-fps_mode'],
])('version %s knows %s', (version, option) => {
  expect(outputArguments(file, version, false)).toContain(option)
})

test('size and rate are filters; a camera is asked for its rate instead', () => {
  const size = { width: 640, height: 480 }
  expect(outputArguments(file, '7.0', false).join(' ')).toContain('-vf settb=')
  expect(outputArguments({ ...file, size, fps: 5 }, '7.0', false).join(' ')).toContain(
    '-vf fps=5,scale=640:480,settb=',
  )
  expect(outputArguments({ ...pattern, size, fps: 5 }, '7.0', false).join(' ')).toContain(
    '-vf scale=640:480,settb=',
  )
})

test('raw pictures state their size only where it is not known', () => {
  const size = { width: 64, height: 48 }
  const muxer = (more: Partial<typeof file>): string | undefined =>
    / -f (\w+) /.exec(outputArguments({ ...file, ...more }, '7.0', false).join(' '))?.[1]
  expect(muxer({})).toBe('image2pipe')
  expect(muxer({ format: 'yuv420p' })).toBe('yuv4mpegpipe')
  expect(muxer({ size })).toBe('rawvideo')
  expect(muxer({ size, format: 'yuv420p' })).toBe('rawvideo')
  expect(muxer({ size, format: 'mjpeg' })).toBe('mpjpeg')
})

test('JPEGs that are passed through are neither scaled nor encoded', () => {
  const args = outputArguments({ ...file, format: 'mjpeg', frames: 3 }, '7.0', true).join(' ')
  expect(args).toBe('-map 0:V:0 -frames:v 3 -c:v copy -f mpjpeg -flush_packets 1 pipe:1')
  expect(outputArguments({ ...pattern, format: 'mjpeg' }, '7.0', true)).toContain('mjpeg2jpeg')
})
