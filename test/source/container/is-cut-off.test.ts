import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isCutOff } from '../../../src/runtime/source/container/is-cut-off.js'
import { temporaryFolder } from '../../support/temporary.js'
import { video } from '../../support/ffmpeg.js'

test.each([
  ['mp4', '-c:v', 'libx264', '-movflags', '+faststart'],
  ['mov', '-c:v', 'mjpeg', '-movflags', '+frag_keyframe+empty_moov'],
  ['mkv', '-c:v', 'rawvideo'],
  ['webm', '-c:v', 'libvpx', '-live', '1'],
  ['avi', '-c:v', 'mpeg4'],
  ['flv', '-c:v', 'flv'],
  ['ts', '-c:v', 'mpeg2video'],
  ['gif'],
  ['mjpeg', '-c:v', 'mjpeg'],
  ['png', '-frames:v', '1'],
  ['webp', '-frames:v', '1'],
  ['jpg', '-frames:v', '1'],
])('a whole file of %s, and one that is cut at any place', async (name, ...options) => {
  const folder = await temporaryFolder()
  const path = await video(folder, `whole.${name}`, ...options)
  expect(await isCutOff(path)).toBe(false)
  const whole = await readFile(path)
  for (const part of [0.995, 0.75, 0.5]) {
    const cut = join(folder, `cut.${name}`)
    const length = Math.floor(whole.length * part)
    await writeFile(cut, whole.subarray(0, length % 188 === 0 ? length - 1 : length))
    expect(await isCutOff(cut), String(part)).toBe(true)
  }
})

test('what is appended to a file, and formats that do not say their end, are not taken for a cut', async () => {
  const folder = await temporaryFolder()
  for (const [name, ...options] of [
    ['a.mp4', '-c:v', 'libx264'],
    ['a.jpg', '-frames:v', '1'],
    ['a.gif'],
    ['a.avi', '-c:v', 'mpeg4'],
    ['a.h264', '-c:v', 'libx264'],
  ] as const) {
    const path = await video(folder, name, ...options)
    await writeFile(path, Buffer.concat([await readFile(path), Buffer.alloc(100)]))
    expect(await isCutOff(path), name).toBe(false)
  }
})
