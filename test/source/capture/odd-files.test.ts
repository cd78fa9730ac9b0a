import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Frame } from '../../../src/runtime/core/frame.js'
import { wholeJpeg } from '../../../src/runtime/source/pictures/jpeg-walk.js'
import { temporaryFolder } from '../../support/temporary.js'
import { collect, fileAt, openFrames } from '../support.js'
import { ffmpeg, video } from '../../support/ffmpeg.js'

const sizes = (frames: Frame[]): string[] => [
  ...new Set(
    frames.map(({ data, format, width, height }) => {
      const size = format === 'mjpeg' ? wholeJpeg(data) : { width, height }
      return `${size?.width}x${size?.height}`
    }),
  ),
]

test('words of a file decide nothing: its metadata, its chapters, its name', async () => {
  const folder = await temporaryFolder()
  const words =
    'still truncated\n[error] partial file\nOutput #0\n  Stream #0:0: Video: raw, 11x12,\n[info] size: 160x90'
  const escaped = words.replaceAll('#', '\\#').replaceAll('=', '\\=').replaceAll('\n', '\\\n')
  const meta = `;FFMETADATA1\ntitle=${escaped}\ncomment=${escaped}\n[CHAPTER]\nTIMEBASE=1/1\nSTART=0\nEND=1\ntitle=${escaped}\n`
  await writeFile(join(folder, 'meta'), meta)
  const plain = await video(folder, 'plain.mkv', '-c:v', 'ffv1')
  const path = join(folder, 'Output #0 Stream #0:0: Video: raw, 11x12, truncated\n[error] partial file.mkv')
  await ffmpeg(
    '-i',
    plain,
    '-i',
    join(folder, 'meta'),
    '-map_metadata',
    '1',
    '-map_chapters',
    '1',
    '-c',
    'copy',
    `file:${path}`,
  )
  for (const format of ['gray', 'yuv420p', 'mjpeg'] as const) {
    const frames = await collect(openFrames({ ...fileAt(path), format }))
    expect([frames.length, sizes(frames)]).toEqual([12, ['160x120']])
  }
})

test('a size that changes in the file is that of the first picture, or of each JPEG', async () => {
  const folder = await temporaryFolder()
  const parts = []
  for (const [index, size] of ['160x120', '80x60'].entries()) {
    const path = await video(folder, `${index}.mjpeg`, '-vf', `scale=${size}`, '-c:v', 'mjpeg')
    parts.push(await readFile(path))
  }
  const path = join(folder, 'both.mjpeg')
  await writeFile(path, Buffer.concat(parts))
  const size = { width: 160, height: 120 }
  for (const [asked, expected, count] of [
    [{ format: 'gray' }, ['160x120'], 24],
    [{ format: 'mjpeg' }, ['160x120', '80x60'], 24],
    [{ format: 'mjpeg', size }, ['160x120'], 24],
    [{ format: 'mjpeg', size: { width: 80, height: 60 } }, ['80x60'], 24],
  ] as const) {
    const frames = await collect(openFrames({ ...fileAt(path), ...asked }))
    expect([frames.length, sizes(frames)]).toEqual([count, expected])
    expect(frames.map(({ sequence }) => sequence)).toEqual(frames.map((_, index) => index))
  }
})

test.each(['h264', 'ts', 'flv', 'gif', 'jpg'])('a file of %s loops, each pass as the first', async (name) => {
  const codec = name === 'h264' || name === 'ts' ? ['-c:v', 'libx264'] : []
  const path = await video(
    await temporaryFolder(),
    `a.${name}`,
    ...codec,
    '-frames:v',
    name === 'jpg' ? '1' : '12',
  )
  const pass = await collect(openFrames(fileAt(path)))
  const frames = await collect(openFrames({ ...fileAt(path), loop: true, frames: 2 * pass.length + 1 }))
  expect(frames).toHaveLength(2 * pass.length + 1)
  for (const [index, { data, sequence }] of frames.entries()) {
    expect(sequence).toBe(index)
    expect(data.equals(pass[index % pass.length]?.data ?? Buffer.alloc(0))).toBe(true)
  }
})

test.each([
  ['avi', 'mpeg4', 'gray'],
  ['flv', 'flv', 'mjpeg'],
  ['mjpeg', 'mjpeg', 'mjpeg'],
] as const)('a cut file of %s gives its frames, and then says so', async (name, codec, format) => {
  const path = await video(await temporaryFolder(), `cut.${name}`, '-c:v', codec)
  const whole = await readFile(path)
  await writeFile(path, whole.subarray(0, Math.floor(whole.length * 0.6)))
  const frames: Frame[] = []
  const reading = (async () => {
    for await (const frame of openFrames({ ...fileAt(path), format })) frames.push(frame)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'DAFFI_SOURCE_CUT_OFF' })
  expect(frames.length).toBeGreaterThan(3)
})
