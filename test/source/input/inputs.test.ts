import { expect, test } from 'vitest'
import { inputsOf } from '../../../src/runtime/source/input/inputs.js'
import { fileAt, network, pattern } from '../support.js'

const camera = { ...pattern, size: { width: 1280, height: 720 }, fps: 30 }
const MODE = '-fflags nobuffer -thread_type slice -fpsprobesize 0 -video_size 1280x720 -framerate 30'

test.each([
  [
    'linux',
    '/dev/video0',
    [`-f v4l2 -input_format mjpeg ${MODE} -i /dev/video0`, `-f v4l2 ${MODE} -i /dev/video0`],
  ],
  ['darwin', '0', [`-f avfoundation ${MODE} -i 0:`]],
  ['win32', 'Cam 1', [`-f dshow -vcodec mjpeg ${MODE} -i video=Cam 1`, `-f dshow ${MODE} -i video=Cam 1`]],
  ['linux', 'test', ['-re -f lavfi -i testsrc2=size=1280x720:rate=30']],
] as const)('a camera on %s: %s', (platform, device, expected) => {
  const inputs = inputsOf({ ...camera, device }, platform)
  expect(inputs.map(({ args }) => args.join(' '))).toEqual(expected)
  expect(inputs.map(({ jpeg }) => jpeg)).toEqual(expected.map((args) => args.includes('mjpeg')))
})

test('a device is asked only for what the plan sets', () => {
  const [input] = inputsOf({ ...camera, size: undefined, fps: undefined }, 'linux')
  expect(input?.args).toEqual(['-re', '-f', 'lavfi', '-i', 'testsrc2'])
})

const OPENING = [/hls/, /dash/, /concat/, /image2/, /lavfi/, /sdp/, /rtsp/, /imf/, /avisynth/]

/** Value of an option in a list of arguments. */
function valueOf(args: readonly string[], option: string): string {
  return args[args.lastIndexOf(option) + 1] ?? ''
}

test('a file may use its own protocol, no format that opens others, and cannot be read as an option', () => {
  const args = inputsOf(fileAt('-f'))[0]?.args ?? []
  expect(valueOf(args, '-protocol_whitelist')).toBe('file')
  expect(valueOf(args, '-format_whitelist').split(',')).toContain('mov')
  for (const format of OPENING) expect(valueOf(args, '-format_whitelist')).not.toMatch(format)
  expect(valueOf(args, '-max_pixels')).toBe('67108864')
  expect(args.slice(-2)).toEqual(['-i', 'file:-f'])
})

test('a playlist is read when the plan asks for it, and only of that format', () => {
  const args = inputsOf({ ...fileAt('a.m3u8'), ffmpegArgs: ['-f', 'hls'] })[0]?.args ?? []
  expect(valueOf(args, '-format_whitelist')).toMatch(/^hls,mov,/)
  expect(valueOf(args, '-protocol_whitelist')).toBe('file')
  expect(args.slice(-4)).toEqual(['-f', 'hls', '-i', 'file:a.m3u8'])
})

test('arguments of a network camera hold nothing of its address', () => {
  for (const kind of ['rtsp', 'http'] as const) {
    const [input] = inputsOf({ kind, url: `${kind}://me:pw@10.0.0.1/stream`, ...network })
    expect(input?.args.join(' ')).not.toMatch(/pw|10\.0|stream/)
    expect(input?.connect).toBeDefined()
  }
})
