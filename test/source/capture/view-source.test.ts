import { expect, onTestFinished, test } from 'vitest'
import { openViews, type OutputFrame, type SourceEvent } from '../../../src/runtime/source/index.js'
import type { SourcePlan } from '../../../src/runtime/core/plan/plan.js'
import { waitUntilGone } from '../../support/leaks.js'
import { temporaryFolder } from '../../support/temporary.js'
import { httpCamera, jpegsOf, sending } from '../http-camera.js'
import { collect, contextOf, fileAt, network, ownPattern } from '../support.js'
import { ffmpegWith, video } from '../../support/ffmpeg.js'

const viewOf = { kind: 'view', of: 'cam', size: undefined, fps: undefined, format: undefined } as const
const small = { ...viewOf, size: { width: 32, height: 24 }, fps: 5, format: 'gray' } as const
const web = { ...viewOf, size: { width: 64, height: 48 }, format: 'mjpeg' } as const

function open(
  cam: SourcePlan,
  names: string[],
  onEvent: (event: SourceEvent) => void = () => undefined,
): AsyncGenerator<OutputFrame, void> {
  const outputs = new Map(names.map((name) => [name, {}]))
  return openViews({ cam, small, web, tiny: { ...small, fps: undefined } }, outputs, contextOf({ onEvent }))
}

test('a file and its views: sizes, formats and numbers, and one time for all of a picture', async () => {
  const path = await video(await temporaryFolder(), 'clip.mp4')
  const all = await collect(open(fileAt(path), ['cam', 'small', 'web']))
  const of = (name: string) => all.flatMap(({ output, frame }) => (output === name ? [frame] : []))
  expect(of('cam')).toHaveLength(12)
  expect(of('web')).toHaveLength(12)
  expect(of('small')).toHaveLength(6)
  expect(of('cam')[0]).toMatchObject({ width: 160, height: 120, format: 'gray' })
  expect(of('small')[5]).toMatchObject({ width: 32, height: 24, format: 'gray', sequence: 5 })
  expect(of('small')[5]?.data).toHaveLength(32 * 24)
  expect(of('web')[11]).toMatchObject({ width: 64, height: 48, format: 'mjpeg', sequence: 11 })
  const times = of('cam').map(({ time }) => time)
  expect(of('web').map(({ time }) => time)).toEqual(times)
  expect(of('small').map(({ time }) => time)).toEqual(times.filter((_, index) => index % 2 === 0))
})

test('a view alone, of a file that is read twice, up to a number of pictures of the file', async () => {
  const path = await video(await temporaryFolder(), 'clip.mp4')
  const frames = await collect(open({ ...fileAt(path), loop: true, frames: 15 }, ['small']))
  expect(frames.map(({ frame }) => frame.sequence)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('a view that is larger than its source is refused', async () => {
  const path = await video(await temporaryFolder(), 'tiny.mp4', '-s', '16x16')
  await expect(collect(open(fileAt(path), ['cam', 'small']))).rejects.toMatchObject({
    code: 'DAFFI_BAD_VIEW',
    message: 'source cam: its view small is of 32x24, larger than its pictures',
  })
})

test('views of an http camera, whose JPEGs are encoded anew, also where they change their size', async () => {
  const [large, little] = await Promise.all([jpegsOf(64, 48), jpegsOf(48, 36)])
  const camera = await httpCamera(sending([...large, ...little]))
  const plan = { kind: 'http', url: camera.url, ...network, format: 'mjpeg', frames: 6 } as const
  const all = await collect(open(plan, ['cam', 'tiny']))
  const of = (name: string) => all.flatMap(({ output, frame }) => (output === name ? [frame] : []))
  expect(of('tiny').map(({ data }) => data.length)).toEqual(Array(6).fill(32 * 24))
  expect(of('cam').map(({ width }) => width)).toEqual(Array(6).fill(64))
  expect(of('cam').map(({ time }) => time)).toEqual(of('tiny').map(({ time }) => time))
})

test('a camera that breaks off comes back for all of its views, by one process', async () => {
  const { plan, mark } = ownPattern()
  const events: SourceEvent[] = []
  const frames = open(plan, ['cam', 'small'], (event) => events.push(event))
  onTestFinished(() => void frames.return())
  const last = new Map<string, number>()
  const next = async () => {
    const { value } = await frames.next()
    if (!value) throw new Error('the source has ended')
    expect(value.frame.sequence).toBe((last.get(value.output) ?? -1) + 1)
    last.set(value.output, value.frame.sequence)
  }
  while (last.size < 2) await next()
  const before = await ffmpegWith(mark)
  expect(before).toHaveLength(1)
  for (const pid of before) process.kill(pid, 'SIGKILL')
  while (events.length < 2) await next()
  const known = last.get('small') ?? 0
  while (last.get('small') === known) await next()
  expect(events).toMatchObject([{ type: 'gap' }, { type: 'resumed' }])
  expect(await ffmpegWith(mark)).toHaveLength(1)
  await frames.return()
  expect(await waitUntilGone(mark)).toEqual([])
})
