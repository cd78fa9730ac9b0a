import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { readReport } from '../../../src/runtime/source/ffmpeg/report.js'

const INPUT = `[info] Input #0, lavfi, from 'testsrc2':
[info]     Stream #0:0: Video: rawvideo (I420 / 0x30323449), yuv420p, 640x480 [SAR 1:1 DAR 4:3], 30 tbr`

test.each([
  [
    '4.1',
    '[info]     Stream #0:0: Video: rawvideo (BGR[24] / 0x18524742), bgr24, 321x241 [SAR 1:1 DAR 321:241], q=2-31, 55848 kb/s',
  ],
  [
    '5.1',
    '[info]   Stream #0:0: Video: rawvideo (BGR[24] / 0x18524742), bgr24(pc, gbr/unknown/unknown, progressive), 321x241 [SAR 1:1',
  ],
  ['7.0', '[info]   Stream #0:0: Video: mjpeg, yuvj420p(pc, progressive), 321x241, q=2-31, 200 kb/s, 30 fps'],
  [
    'with a language',
    '[info]   Stream #0:0(und): Video: rawvideo (Y800 / 0x30303859), gray(pc), 321x241, q=2-31',
  ],
])("codec and size are those of the output, in ffmpeg %s's words", async (_, line) => {
  const stderr = Readable.from([`${INPUT}\n[info] Output #0, rawvideo, to 'pipe:1':\n${line}\n`])
  expect(await readReport(stderr, (text) => text).video).toEqual({
    codec: line.includes('mjpeg') ? 'mjpeg' : 'rawvideo',
    width: 321,
    height: 241,
  })
})

test('errors are the last lines above the level of information, shortened and without credentials', async () => {
  const lines = [1, 2, 3, 4, 5, 6].map((n) => `[http @ 0x55d0aa] [error] secret ${n}`)
  const stderr = Readable.from([`${INPUT}\n${lines.join('\n')}\n[info] frame= 1\nunmarked`])
  const report = readReport(stderr, (text) => text.replace('secret', '***'))
  await report.ended
  expect(report.errors).toEqual([3, 4, 5, 6].map((n) => `[http] *** ${n}`).concat('unmarked'))
  expect(await report.video).toBeUndefined()
})
