import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Frame, PipelineResult } from '../../src/runtime/index.js'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const CALLBACKS = `
import { appendFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { context } from 'daffi'

const note = (frame) => {
  const { data, ...rest } = frame
  appendFileSync('seen.jsonl', JSON.stringify({ ...rest, bytes: data.length, origin: context().origin }) + '\\n')
}
export const full = (frame) => {
  if (frame.sequence === 0)
    appendFileSync('ffmpegs.txt', execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' }))
  note(frame)
}
export const small = (frame) => note(frame)
export const web = (frame) => note(frame)
`
const PIPELINE = `name: views
sources:
  camera: { kind: camera, device: test, size: 64x48, fps: 47, frames: 94 }
  little: { view_of: camera, size: 32x24, fps: 5, format: gray }
  page: { view_of: camera, size: 16x12, format: mjpeg }
  unused: { view_of: camera, size: 62x46 }
nodes:
  eye:
    calls:
      - { call: full, source: camera, modifier: { STREAM: { delivery: lossless } } }
      - { call: small, source: little, modifier: { STREAM: { delivery: lossless } } }
      - { call: web, source: page, modifier: { STREAM: { delivery: durable } } }
  work: { callbacks: [full, small, web] }
`

interface Seen extends Omit<Frame, 'data'> {
  bytes: number
  origin: { source: string; item: number; time: number }
}

test('a camera and two views of it, from one ffmpeg; a view that nobody calls is not made', async () => {
  const cwd = await temporaryProject({ 'views.yaml': PIPELINE, 'callbacks/views.js': CALLBACKS })
  const { exitCode, stdout, stderr } = await runDaffi(['up', 'views.yaml', '--json'], { cwd })
  expect(exitCode, stderr).toBe(0)
  const { streams } = JSON.parse(stdout) as PipelineResult
  const items: Record<string, number | undefined> = Object.fromEntries(
    streams.map(({ source, items: each }) => [source ?? '', each]),
  )
  expect(items).toMatchObject({ camera: 94, page: 94 })
  expect(items.little).toBeGreaterThanOrEqual(9)
  expect(items.little).toBeLessThanOrEqual(15)

  const seen = (await readFile(join(cwd, 'seen.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Seen)
  const of = (name: string) => seen.filter(({ origin }) => origin.source === name)
  const times = of('camera').map(({ time }) => time)
  for (const [name, expected] of [
    ['camera', { width: 64, height: 48, format: 'bgr24', bytes: 64 * 48 * 3 }],
    ['little', { width: 32, height: 24, format: 'gray', bytes: 32 * 24 }],
    ['page', { width: 16, height: 12, format: 'mjpeg' }],
  ] as const) {
    const frames = of(name)
    expect(frames).toHaveLength(items[name] ?? 0)
    for (const [index, frame] of frames.entries()) {
      expect(frame).toMatchObject({ ...expected, sequence: index, origin: { item: index, time: frame.time } })
      expect(times).toContain(frame.time)
    }
  }
  const commands = (await readFile(join(cwd, 'ffmpegs.txt'), 'utf8')).split('\n')
  const ffmpegs = commands.filter((line) => line.includes('rate=47') && !line.includes('daffi-guard'))
  expect(ffmpegs).toHaveLength(1)
  expect(ffmpegs[0]).not.toContain('62:46')
})
