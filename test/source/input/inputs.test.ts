import { expect, test } from 'vitest'
import { inputsOf } from '../../../src/runtime/source/input/inputs.js'
import { fileAt, network, pattern } from '../support.js'

const camera = { ...pattern, size: { width: 1280, height: 720 }, fps: 30 }
const MODE = '-fflags nobuffer -flags low_delay -fpsprobesize 0 -video_size 1280x720 -framerate 30'

test.each([
  [
    'linux',
    '/dev/video0',
    [`-f v4l2 -input_format mjpeg ${MODE} -i /dev/video0`, `-f v4l2 ${MODE} -i /dev/video0`],
  ],
  ['darwin', '0', [`-f avfoundation ${MODE} -i 0:`]],
  ['win32', 'Cam 1', [`-f dshow -vcodec mjpeg ${MODE} -i video=Cam 1`, `-f dshow ${MODE} -i video=Cam 1`]],
  ['linux', 'test', ['-re -f lavfi -i testsrc2=size=1280x720:rate=30']],
] as const)('a camera on %s: %s', async (platform, device, expected) => {
  const inputs = await inputsOf({ ...camera, device }, 'cam', platform)
  expect(inputs.map(({ args }) => args.join(' '))).toEqual(expected)
  expect(inputs.map(({ jpeg }) => jpeg)).toEqual(expected.map((args) => args.includes('mjpeg')))
})

test('a device is asked only for what the plan sets', async () => {
  const [input] = await inputsOf({ ...camera, size: undefined, fps: undefined }, 'cam', 'linux')
  expect(input?.args).toEqual(['-re', '-f', 'lavfi', '-i', 'testsrc2'])
})

test.each([
  [fileAt('-f'), 'file'],
  [{ kind: 'rtsp', url: 'rtsp://10.0.0.1/1', ...network }, 'rtsp,rtsps,rtp,srtp,udp,tcp,tls,http'],
  [{ kind: 'http', url: 'http://10.0.0.1/1', ...network }, 'http,https,httpproxy,tcp,tls,crypto'],
] as const)('%j may use only its own protocols, and cannot be read as an option', async (plan, protocols) => {
  const inputs = await inputsOf(plan, 'cam')
  const args = inputs[0]?.args ?? []
  expect(inputs).toHaveLength(1)
  expect(args[args.indexOf('-protocol_whitelist') + 1]).toBe(protocols)
  expect(args.at(-2)).toBe('-i')
  expect(args.at(-1)).toBe(plan.kind === 'file' ? 'file:-f' : plan.url)
})

test('a file that loops is read again and again', async () => {
  const [input] = await inputsOf({ ...fileAt('a.mp4'), loop: true }, 'cam')
  expect(input?.args.join(' ')).toBe('-protocol_whitelist file -stream_loop -1 -i file:a.mp4')
})

test("the plan's own arguments come last, before what is read", async () => {
  const ffmpegArgs = ['-rtsp_transport', 'udp']
  const [input] = await inputsOf({ kind: 'rtsp', url: 'rtsp://10.0.0.1/1', ...network, ffmpegArgs }, 'cam')
  expect(input?.args.slice(-4)).toEqual([...ffmpegArgs, '-i', 'rtsp://10.0.0.1/1'])
})

test('the name of an http host is resolved, and sent in a header', async () => {
  const inputs = await inputsOf({ kind: 'http', url: 'http://me:pw@localhost:81/v?a', ...network }, 'cam')
  const four = inputs.find(({ url }) => url === 'http://me:pw@127.0.0.1:81/v?a')
  expect(four?.args).toContain('Host: localhost:81\r\n')
})
