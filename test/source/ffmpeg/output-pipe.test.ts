import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { spawnInto } from '../../../src/runtime/source/ffmpeg/output-pipe.js'
import { PipeReader } from '../../../src/runtime/source/pictures/pipe-reader.js'
import { temporaryFolder } from '../../support/temporary.js'

test("a program's output is read in pieces of any size, up to its end", async () => {
  const folder = await temporaryFolder()
  vi.stubEnv('TMPDIR', folder)
  onTestFinished(() => void vi.unstubAllEnvs())
  const reader = new PipeReader()
  const { child } = await spawnInto([reader], process.execPath, [
    '-e',
    'process.stdout.write(Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251)))',
  ])
  expect(await readdir(folder)).toEqual([])

  const all: Buffer[] = []
  for (const bytes of [1, 200_000, 7, 99_992, 10]) {
    const piece = Buffer.alloc(bytes)
    all.push(piece.subarray(0, await reader.fill(piece)))
  }
  expect(all.map(({ length }) => length)).toEqual([1, 200_000, 7, 99_992, 0])
  expect(Buffer.concat(all).every((byte, index) => byte === index % 251)).toBe(true)
  expect(await reader.hasData()).toBe(false)
  expect(await child.exited).toEqual({ exitCode: 0, signal: null })
})

test('another folder is used when the path of the temporary folder is too long', async () => {
  vi.stubEnv('TMPDIR', join(await temporaryFolder(), 'x'.repeat(100)))
  onTestFinished(() => void vi.unstubAllEnvs())
  const reader = new PipeReader()
  await spawnInto([reader], '/bin/echo', ['hello'])
  expect(await reader.line()).toBe('hello')
  expect(await reader.line()).toBeUndefined()
})
