import { expect, test } from 'vitest'
import { endingError } from '../../../src/runtime/source/ffmpeg/ending.js'
import { fileAt, network, pattern } from '../support.js'

const exit = { exitCode: 0, signal: null }
const ending = { exit, lines: [], own: [], isCutOff: false, silentMs: undefined, frames: 7 }
const file = fileAt('video.mp4')

test('a file may end, and any source may after the requested frames', () => {
  expect(endingError(file, 'cam', ending)).toBeUndefined()
  expect(endingError({ ...pattern, frames: 7 }, 'cam', ending)).toBeUndefined()
})

test.each([
  [pattern, ending, 'ended after 7 frames'],
  [{ ...pattern, frames: 8 }, ending, 'ended after 7 frames'],
  [file, { ...ending, frames: 0 }, 'ended before the first frame'],
  [file, { ...ending, exit: { exitCode: 1, signal: null } }, 'ffmpeg failed with exit code 1 after 7 frames'],
  [
    pattern,
    { ...ending, exit: { exitCode: null, signal: 'SIGTERM' as const }, silentMs: 15_000, frames: 1 },
    'nothing came for 15 s after 1 frame',
  ],
  [
    file,
    { ...ending, exit: { exitCode: null, signal: 'SIGSEGV' as const }, lines: ['one', 'two'] },
    "ffmpeg was ended by SIGSEGV after 7 frames; ffmpeg's last lines: one | two",
  ],
])('%j with %j is an error', (plan, how, message) => {
  expect(endingError(plan, 'cam', how)).toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: `source cam: ${message}`,
    details: { source: 'cam', frames: how.frames, ffmpeg: how.lines },
  })
})

const failed = { ...ending, exit: { exitCode: 1, signal: null }, frames: 0 }
const host = { kind: 'rtsp', url: 'rtsp://camera/1', ...network } as const

// Messages of ffmpeg 4 to 7 on Linux, macOS and Windows.
test.each([
  [pattern, 'BUSY', '[video4linux2,v4l2] ioctl(VIDIOC_REQBUFS): Device or resource busy'],
  [
    pattern,
    'BUSY',
    '[dshow] Could not run graph (sometimes caused by a device already in use by other application)',
  ],
  [
    pattern,
    'BAD_MODE',
    "[v4l2] Cannot find a proper format for codec 'mjpeg' (id 7), pixel format 'none' (id -1)",
  ],
  [pattern, 'BAD_MODE', '[avfoundation] Selected video size (5000x5000) is not supported by the device.'],
  [pattern, 'BAD_MODE', '[dshow] Could not set video options'],
  [host, 'FAILED', '[rtsp] method DESCRIBE failed: 410 in use, Connection refused'],
  [file, 'FAILED', '[info] resource busy, truncated'],
  [host, 'FAILED', '[rtsp] method DESCRIBE failed: 404 Not Found'],
  [file, 'FAILED', '[mov,mp4,m4a,3gp,3g2,mj2] moov atom not found'],
  [file, 'FAILED', 'video.mp4: Permission denied'],
])('%j: %s because of %s', (plan, code, line) => {
  expect(endingError(plan, 'cam', { ...failed, own: [line] })?.code).toBe(`DAFFI_SOURCE_${code}`)
})

test.each([0, 1])('a file that is cut off says so after its frames, with exit code %i', (exitCode) => {
  const cut = { ...ending, exit: { exitCode, signal: null }, lines: ['partial file'], isCutOff: true }
  expect(endingError(file, 'cam', cut)).toMatchObject({
    code: 'DAFFI_SOURCE_CUT_OFF',
    message: `source cam: the file is cut off after 7 frames; ffmpeg's last lines: partial file`,
  })
})

test('a host that sends nothing is unreachable; one that stops sending has failed', () => {
  const silent = { ...failed, silentMs: 10_000 }
  expect(endingError(host, 'cam', silent)?.code).toBe('DAFFI_SOURCE_UNREACHABLE')
  expect(endingError(host, 'cam', { ...silent, frames: 1 })?.code).toBe('DAFFI_SOURCE_FAILED')
})
