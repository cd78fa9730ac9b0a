import { expect, test } from 'vitest'
import { viewArguments } from '../../../src/runtime/source/ffmpeg/view-arguments.js'
import { fileAt, pattern } from '../support.js'

const file = fileAt('video.mp4')
const main = { name: 'main', size: undefined, fps: undefined, format: 'bgr24', memory: {} } as const
const small = { name: 'small', size: { width: 32, height: 24 }, fps: 5, format: 'mjpeg', memory: {} } as const

function graphOf(...args: Parameters<typeof viewArguments>): string[] {
  const all = viewArguments(...args)
  return all[all.indexOf('-filter_complex') + 1]?.split(';') ?? []
}

test('one decode is split among the outputs, each of which has two descriptors', () => {
  const size = { width: 64, height: 48 }
  const [common, ...branches] = graphOf(
    { ...file, size, fps: 10, frames: 7 },
    [{ ...main, size }, small],
    '7.0',
  )
  expect(common).toMatch(
    /^\[0:V:0\]fps=10,trim=end_frame=7,settb=1\/1000,setpts=.*,split=3\[all0\]\[in0\]\[in1\]$/,
  )
  expect(branches).toEqual([
    '[all0]null[all]',
    '[in0]scale=64:48[out0]',
    '[in1]select=isnan(prev_selected_pts)+gt(floor(pts*5/1000)\\,floor(prev_selected_pts*5/1000)),scale=32:24[out1]',
  ])
  const args = viewArguments(file, [main, small], '7.0').join(' ')
  expect(args).toContain('-f mkvtimestamp_v2 pipe:1 ')
  expect(args).toContain(
    '-c:v xwd -pix_fmt bgr24 -threads 1 -f tee [f=mkvtimestamp_v2:flush_packets=1]pipe\\:4|',
  )
  expect(args).toContain('|[f=image2pipe:flush_packets=1]pipe\\:5 ')
  expect(args).toContain('pipe\\:6|[f=mpjpeg:flush_packets=1]pipe\\:7')
})

test('what is not called is not made, and a size is checked where that of the source is not known', () => {
  expect(graphOf(file, [small], '7.0')).toContain('[check0]crop=32:24,nullsink')
  const camera = graphOf(pattern, [{ ...small, fps: undefined }], '7.0')
  expect(camera[0]).toMatch(
    /setpts=max\(PREV_OUTPTS\+1\\,\(time\(0\)-\d{10}\)\*1000000\),split=2\[all0\]\[in0\]$/,
  )
  expect(camera.slice(1)).toEqual(['[all0]null[all]', '[in0]scale=32:24[out0]'])
})
