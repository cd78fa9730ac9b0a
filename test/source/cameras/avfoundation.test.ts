import { expect, test } from 'vitest'
import { avfoundationCameras } from '../../../src/runtime/source/cameras/avfoundation.js'

// Output of ffmpeg on macOS, without the `[name @ address]` prefixes.
const DEVICES = [
  'AVFoundation video devices:',
  '[0] FaceTime HD Camera',
  '[1] Capture screen 0',
  'AVFoundation audio devices:',
  '[0] MacBook Pro Microphone',
  ': Input/output error',
]
const MODES = [
  'Selected video size (1x1) is not supported by the device.',
  'Supported modes:',
  '  640x480@[15.000000 30.000000]fps',
  '  1280x720@[15.000000 30.000000]fps',
  '  1280x720@[15.000000 30.000000]fps',
  '0:: Input/output error',
]

test('cameras and screens, each with its modes', async () => {
  const cameras = await avfoundationCameras(async (...args) => {
    if (args.includes('-list_devices')) return DEVICES
    return args.at(-1) === '0:' ? MODES : ['1:: Operation not permitted']
  })
  const fps = { min: 15, max: 30 }
  expect(cameras).toEqual([
    {
      device: '0',
      name: 'FaceTime HD Camera',
      modes: [
        { format: null, width: 640, height: 480, fps },
        { format: null, width: 1280, height: 720, fps },
      ],
      problem: null,
    },
    { device: '1', name: 'Capture screen 0', modes: [], problem: '1:: Operation not permitted' },
  ])
})

test('a machine without cameras', async () => {
  const lines = ['AVFoundation video devices:', 'AVFoundation audio devices:', '[0] Microphone']
  expect(await avfoundationCameras(async () => lines)).toEqual([])
})
