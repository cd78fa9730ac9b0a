import { expect, test } from 'vitest'
import { inputArguments } from '../../src/runtime/source/input.js'
import { fileAt, network, pattern } from './support.js'

const camera = { ...pattern, size: { width: 1280, height: 720 }, fps: 30 }

test.each([
  [
    'linux',
    '/dev/video0',
    [
      '-f v4l2 -input_format mjpeg -fflags nobuffer -flags low_delay -fpsprobesize 0 -video_size 1280x720 -framerate 30 -i /dev/video0',
      '-f v4l2 -fflags nobuffer -flags low_delay -fpsprobesize 0 -video_size 1280x720 -framerate 30 -i /dev/video0',
    ],
  ],
  [
    'darwin',
    '0',
    [
      '-f avfoundation -fflags nobuffer -flags low_delay -fpsprobesize 0 -video_size 1280x720 -framerate 30 -i 0:',
    ],
  ],
  [
    'win32',
    'USB Camera',
    [
      '-f dshow -fflags nobuffer -flags low_delay -fpsprobesize 0 -video_size 1280x720 -framerate 30 -i video=USB Camera',
    ],
  ],
  ['linux', 'test', ['-re -f lavfi -i testsrc2=size=1280x720:rate=30']],
] as const)('a camera on %s: %s', (platform, device, expected) => {
  const inputs = inputArguments({ ...camera, device }, platform)
  expect(inputs.map((args) => args.join(' '))).toEqual(expected)
})

test('a device is asked for nothing that the plan leaves open', () => {
  const [args] = inputArguments({ ...camera, size: undefined, fps: undefined }, 'linux')
  expect(args).toEqual(['-re', '-f', 'lavfi', '-i', 'testsrc2'])
})

test.each([
  [fileAt('-f'), 'file'],
  [{ kind: 'rtsp', url: 'rtsp://camera/1', ...network }, 'rtsp,rtsps,rtp,srtp,tcp,tls'],
  [{ kind: 'http', url: 'http://camera/1', ...network }, 'http,https,httpproxy,tcp,tls,crypto'],
] as const)('%j may use only its own protocols, and cannot be read as an option', (plan, protocols) => {
  const [args = []] = inputArguments(plan)
  expect(args[args.indexOf('-protocol_whitelist') + 1]).toBe(protocols)
  expect(args.at(-2)).toBe('-i')
  expect(args.at(-1)).toBe(plan.kind === 'file' ? 'file:-f' : plan.url)
})
