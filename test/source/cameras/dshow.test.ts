import { expect, test } from 'vitest'
import { dshowCameras, parseNames } from '../../../src/runtime/source/cameras/dshow.js'

// Output of ffmpeg on Windows, without the `[name @ address]` prefixes.
const OLD = [
  'DirectShow video devices (some may be both video and audio devices)',
  ' "Lenovo EasyCamera"',
  String.raw`    Alternative name "@device_pnp_\\?\usb#vid_04f2&pid_b50f&mi_00#6&bbc4ae1&0&0000#{65e8773d}\global"`,
  'DirectShow audio devices',
  ' "Microphone (Realtek High Definition Audio)"',
  'dummy: Immediate exit requested',
]
const NEW = [
  '"HD Webcam [Fixed]" (video)',
  String.raw`  Alternative name "@device_pnp_\\?\usb#vid_04f2"`,
  '"OBS Virtual Camera" (video)',
  '"Microphone (Realtek(R) Audio)" (audio)',
]
const OPTIONS = [
  'DirectShow video device options (from video devices)',
  ' Pin "Capture" (alternative pin name "0")',
  '  vcodec=mjpeg  min s=1280x720 fps=30 max s=1280x720 fps=30',
  '  vcodec=mjpeg  min s=1280x720 fps=30 max s=1280x720 fps=30 (pc, bt470bg/bt709/unknown, center)',
  '  pixel_format=yuyv422  min s=640x480 fps=5 max s=640x480 fps=60.0002',
]

test.each([
  ['4', OLD, ['Lenovo EasyCamera']],
  ['5 and later', NEW, ['HD Webcam [Fixed]', 'OBS Virtual Camera']],
])('devices in the words of ffmpeg %s', (_, lines, names) => {
  expect(parseNames(lines)).toEqual(names)
})

test('a device with its modes, each once', async () => {
  const cameras = await dshowCameras(async (...args) => (args.includes('-list_devices') ? OLD : OPTIONS))
  expect(cameras).toEqual([
    {
      device: 'Lenovo EasyCamera',
      name: 'Lenovo EasyCamera',
      modes: [
        { format: 'mjpeg', width: 1280, height: 720, fps: { min: 30, max: 30 } },
        { format: 'yuyv422', width: 640, height: 480, fps: { min: 5, max: 60.0002 } },
      ],
      problem: null,
    },
  ])
})
