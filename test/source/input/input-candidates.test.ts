import { expect, test } from 'vitest'
import { DaffiError } from '../../../src/runtime/core/errors.js'
import type { VideoPlan } from '../../../src/runtime/source/contract/video-plan.js'
import {
  inputCandidates,
  mayTryNextCandidate,
  UnsuitableInput,
} from '../../../src/runtime/source/input/input-candidates.js'
import { fileAt, network, pattern } from '../support.js'

const http = { kind: 'http', url: 'http://10.0.0.1/v', ...network } as const

function passthroughOf(plan: VideoPlan): boolean[] {
  return inputCandidates(plan).map(({ passthrough }) => passthrough)
}

test.each<[string, VideoPlan, boolean[]]>([
  ['raw pixels are decoded', http, [false]],
  ['JPEGs are passed through, else encoded', { ...http, format: 'mjpeg' }, [true, false]],
  ['a file may hold JPEGs', { ...fileAt('a.avi'), format: 'mjpeg' }, [true, false]],
  ['a rate other than the input’s needs decoding', { ...http, format: 'mjpeg', fps: 5 }, [false]],
  ["ffmpeg's pattern is no JPEG", { ...pattern, format: 'mjpeg' }, [false]],
])('%s', (_, plan, expected) => {
  expect(passthroughOf(plan)).toEqual(expected)
})

test.runIf(process.platform === 'linux')('a camera keeps its rate, and is asked for raw pixels last', () => {
  const camera = { ...pattern, device: '/dev/video0', format: 'mjpeg', fps: 30 } as const
  const candidates = inputCandidates(camera)
  expect(candidates.map(({ passthrough, jpeg }) => [passthrough, jpeg])).toEqual([
    [true, true],
    [false, true],
    [false, false],
  ])
})

const failed =
  (code: 'DAFFI_SOURCE_UNREACHABLE' | 'DAFFI_SOURCE_BAD_MODE' | 'DAFFI_SOURCE_FAILED') => (frames: number) =>
    new DaffiError(code, 'ended', { details: { frames } })

test.each<[string, unknown, boolean]>([
  ['an unsuitable input', new UnsuitableInput('it gives h264'), true],
  ['a host that cannot be reached', failed('DAFFI_SOURCE_UNREACHABLE')(0), false],
  ['a mode that the device does not have', failed('DAFFI_SOURCE_BAD_MODE')(0), true],
  ['any other failure', failed('DAFFI_SOURCE_FAILED')(0), false],
  ['a failure after the first frame', failed('DAFFI_SOURCE_BAD_MODE')(1), false],
  ['an error of the program', new TypeError('ended'), false],
])('the next candidate after %s', (_, error, expected) => {
  expect(mayTryNextCandidate(error)).toBe(expected)
})
