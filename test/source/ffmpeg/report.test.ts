import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { Report } from '../../../src/runtime/source/ffmpeg/report.js'

async function reportOf(text: string, input = '', show?: (line: string) => string): Promise<Report> {
  const report = new Report(Readable.from([Buffer.from(text)]), { input, show })
  await report.ended
  return report
}

test('lines are the last ones, shortened and without credentials', async () => {
  const lines = [1, 2, 3, 4, 5, 6].map((n) => `[http @ 0x55d0aa] [error] secret ${n}\n`)
  const report = await reportOf(`${lines.join('')}unmarked`, '', (text) => text.replace('secret', '***'))
  expect(report.lines).toEqual([3, 4, 5, 6].map((n) => `[http] *** ${n}`).concat('unmarked'))
})

test("of ffmpeg's own are lines with its mark, and in them nothing of the input's name", async () => {
  const input = 'a\x01\n[error] Format not on whitelist\n.mp4'
  const logged = input.replace('\x01', '?')
  const report = await reportOf(
    `[error] file:${logged}: Invalid data\nstill truncated\n[v4l2 @ 0x5] [error] resource busy\n`,
    input,
  )
  expect(report.own).toEqual(['[error] file:\uFFFC: Invalid data', '[v4l2 @ 0x5] [error] resource busy'])
  expect(report.lines[0]).toBe(`file:${logged}: Invalid data`)
})
