import { readFile } from 'node:fs/promises'
import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
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

test('calculator: a division that fails is an answer to the student, and an error in the shell', async () => {
  const cwd = await temporaryPipelines()
  const up = startDaffi(['up', 'pipelines/calculator.yaml', '--stay', '--json'], { cwd })
  await up.waitForLine(/^student +\| try_divide/)
  const call = ['call', 'divide', '1', '0', '-f', 'pipelines/calculator.yaml', '--json']
  const { exitCode, stdout } = await runDaffi(call, { cwd })
  expect(exitCode).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'DAFFI_REMOTE', message: '1 cannot be divided by zero', node: 'calculator' },
  })
  up.kill('SIGINT')
  const ended = await up.exited
  expect(ended.exitCode, ended.stderr).toBe(0)
  expect(valuesOf(ended.stdout)).toEqual({
    add: 3,
    subtract: 2,
    multiply: 42,
    divide: 4.5,
    try_divide: 'calculator says: 1 cannot be divided by zero',
  })
})

test('menus: what comes back is by restaurant', async () => {
  const cwd = await temporaryPipelines()
  const { exitCode, stdout, stderr } = await runDaffi(['up', 'pipelines/menus.yaml', '--json'], { cwd })
  expect(exitCode, stderr).toBe(0)
  expect(valuesOf(stdout)).toEqual({
    get_menu: {
      pizzeria: ['margherita', 'marinara'],
      sushi_bar: ['nigiri', 'maki', 'sashimi'],
      taqueria: ['tacos'],
    },
  })
})

/** Results of the calls of a run, by callback. */
function valuesOf(result: string): Record<string, unknown> {
  const { calls } = JSON.parse(result) as PipelineResult
  return Object.fromEntries(calls.map(({ call, value }) => [call, value]))
}

/** The strongest colour of the first 200 columns, where the pattern has its red bar. */
function mainColour(rgb: ArrayLike<number>): string {
  const sums = [0, 1, 2].map((channel) => {
    let sum = 0
    for (let y = 0; y < 720; y++) for (let x = 0; x < 200; x++) sum += rgb[(y * 1280 + x) * 3 + channel] ?? 0
    return sum
  })
  return ['red', 'green', 'blue'][sums.indexOf(Math.max(...sums))] ?? ''
}
