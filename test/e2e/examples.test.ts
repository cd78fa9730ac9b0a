import { readFile } from 'node:fs/promises'
import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import { runDaffi, startDaffi } from '../support/daffi.js'
import { temporaryPipelines } from '../support/temporary.js'

test('camera: both processes show it, and write a PNG of it on demand', async () => {
  const cwd = await temporaryPipelines()
  const up = startDaffi(['up', 'pipelines/camera.yaml', '--json'], { cwd })
  for (const node of ['process2', 'process3']) {
    await up.waitForLine(new RegExp(`^${node} \\| \\d+\\.\\d fps, 1280x720, brightness \\d+ of 255$`))
  }
  const call = ['call', 'snapshot', '--to', 'process2', '-f', 'pipelines/camera.yaml', '--json']
  const { exitCode, stdout, stderr } = await runDaffi(call, { cwd })
  expect(exitCode, stderr).toBe(0)
  const { value } = JSON.parse(stdout) as { value: { path: string; bytes: number } }
  expect(value.path).toMatch(new RegExp(`^${cwd}/snapshots/process2-\\d+\\.png$`))
  const png = await readFile(value.path)
  expect(png.length).toBe(value.bytes)
  const { width, height, channels, data } = decode(png)
  expect({ width, height, channels }).toEqual({ width: 1280, height: 720, channels: 3 })
  expect(mainColour(data)).toBe('red')
  up.kill('SIGINT')
  expect(await up.exited).toMatchObject({ exitCode: 0 })
})

/** Of the first 200 columns, where the pattern has its red bar. */
function mainColour(rgb: ArrayLike<number>): string {
  const sums = [0, 1, 2].map((channel) => {
    let sum = 0
    for (let y = 0; y < 720; y++) for (let x = 0; x < 200; x++) sum += rgb[(y * 1280 + x) * 3 + channel] ?? 0
    return sum
  })
  return ['red', 'green', 'blue'][sums.indexOf(Math.max(...sums))] ?? ''
}
