import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  listOf,
  parseLeniently,
  parseSourceLeniently,
  recordOf,
} from '../../../src/runtime/pipeline/validate/parse-leniently.js'

const schema = z.strictObject({ name: z.string(), times: z.int().default(1), to: z.string().optional() })

test('values that fit are parsed, others and unknown keys are left out', () => {
  expect(parseLeniently(schema, { name: 5, times: 2, bogus: 1 })).toEqual({ times: 2, to: undefined })
  expect(parseLeniently(schema, { name: 'a', times: 'many' })).toEqual({ name: 'a', to: undefined })
})

test('absent values get their defaults', () => {
  expect(parseLeniently(schema, {})).toEqual({ times: 1, to: undefined })
})

test('a source is parsed by its kind', () => {
  expect(parseSourceLeniently({ kind: 'file', path: 'a.mp4', loop: 'yes', size: '4x3' })).toEqual({
    kind: 'file',
    path: 'a.mp4',
    paced: false,
    size: { width: 4, height: 3 },
    fps: undefined,
    format: 'bgr24',
    frames: undefined,
    ffmpeg_args: [],
  })
  expect(parseSourceLeniently({ kind: 'flie', path: 'a.mp4' })).toEqual({})
})

test.each([null, undefined, 5, 'text'])('%j is neither a record nor a list', (value) => {
  expect(recordOf(value)).toEqual({})
  expect(listOf(value)).toEqual([])
})
