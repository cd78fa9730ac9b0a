import { expect, test } from 'vitest'
import {
  onlyStream,
  streamsNamed,
  unknownStream,
} from '../../../src/runtime/node/visit/look/choose-stream.js'

const stream = (
  name: string,
  from: string,
  call: string,
  source: string | null,
  resultsOf: string | null,
  to: string | null = null,
) => ({
  ...{ name, id: `id-${name}`, from, call, source, resultsOf, as: null, to },
})
const camera = stream('eye.camera', 'eye', 'detect', 'camera', null)
const spare = stream('spare.camera', 'spare', 'detect', 'camera', null)
const track = stream('track', 'detector', 'track', null, 'detect')
const streams = [camera, spare, track]

test('a stream is named by its own name or id, its source or its callback, with its node if need be', () => {
  expect(streamsNamed(streams, 'track')).toEqual([track])
  expect(streamsNamed(streams, 'id-spare.camera')).toEqual([spare])
  expect(streamsNamed(streams, 'eye.camera')).toEqual([camera])
  expect(streamsNamed(streams, 'detector.track')).toEqual([track])
  expect(streamsNamed(streams, 'camera')).toEqual([camera, spare])
  expect(streamsNamed(streams, 'detect')).toEqual(streams)
})

test('streams of the same items to several nodes are told apart by the node', () => {
  const [one, two] = ['one', 'two'].map((to) => stream(`camera.${to}`, 'eye', 'detect', 'camera', null, to))
  if (!one || !two) throw new Error('there are two')
  expect(streamsNamed([one, two], 'eye.camera.detect.two')).toEqual([two])
  expect(streamsNamed([one, two], 'eye.camera.detect')).toEqual([one, two])
  expect(() => onlyStream([one, two], 'camera')).toThrow('camera from eye to detect of one\n')
})

test('a name of several streams is refused with the names that tell them apart', () => {
  expect(onlyStream([track], 'detect')).toBe(track)
  expect(() => onlyStream(streamsNamed(streams, 'detect'), 'detect')).toThrow(
    expect.objectContaining({
      code: 'DAFFI_NO_STREAM',
      message: `3 streams could be detect:
eye.camera: camera from eye to detect
spare.camera: camera from spare to detect
track: results of detect from detector to track`,
      next: 'Name one of them: eye.camera or spare.camera or track.',
    }),
  )
})

test('a name that no stream has is answered with the one that was meant, or with all', () => {
  const nodes = [
    { name: 'eye', state: 'ready' },
    { name: 'spare', state: 'silent' },
  ] as const
  expect(unknownStream('yard', { streams, nodes }, 'trak')).toMatchObject({
    message: 'yard has no stream trak; it has eye.camera, spare.camera, track; spare is silent',
    next: 'Did you mean track?',
  })
  const { next } = unknownStream('yard', { streams, nodes: [] }, 'weather')
  expect(next).toBe('Use one of: eye.camera, spare.camera, track.')
  const { message } = unknownStream('yard', { streams: [], nodes }, 'camera')
  expect(message).toBe('yard has no stream at present; spare is silent')
})
