import { expect, test } from 'vitest'
import { endingError } from '../../src/runtime/source/ending.js'
import { pattern, unsized } from './support.js'

const exit = { exitCode: 0, signal: null }
const ending = { exit, errors: [], silentMs: undefined, frames: 7 }
const file = { kind: 'file', path: 'video.mp4', paced: false, ...unsized } as const

test('a file may end, and anything may after the frames that were asked for', () => {
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
    { ...ending, exit: { exitCode: null, signal: 'SIGSEGV' as const }, errors: ['one', 'two'] },
    "ffmpeg was ended by SIGSEGV after 7 frames; ffmpeg's last lines: one | two",
  ],
])('%j with %j is an error', (plan, how, message) => {
  expect(endingError(plan, 'cam', how)).toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
    message: `source cam: ${message}`,
    details: { source: 'cam', frames: how.frames, ffmpeg: how.errors },
  })
})
