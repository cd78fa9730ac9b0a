import { once } from 'node:events'
import { truncate, stat } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { PipelineResult } from '../../src/runtime/index.js'
import { video } from '../support/ffmpeg.js'
import { BUSY, v4l2Device } from '../source/cameras/v4l2-device.js'
import { runDaffi } from '../support/daffi.js'
import { temporaryProject } from '../support/temporary.js'

const CALLS = ['busy', 'unknown', 'refused', 'silent', 'cut'].map(
  (source) => `      - { call: show, source: ${source}, modifier: { STREAM: { delivery: lossless } } }\n`,
)
const YAML = `name: captures
callbacks: ./callbacks
sources:
  busy: { kind: camera, device: '\${DEVICE}' }
  unknown: { kind: rtsp, url: 'rtsp://camera.invalid/live' }
  refused: { kind: rtsp, url: 'rtsp://me:secret@127.0.0.1:1/live' }
  silent: { kind: rtsp, url: 'rtsp://127.0.0.1:\${PORT}/live', stall_timeout: 500ms }
  cut: { kind: file, path: ./cut.mkv }
nodes:
  eye:
    calls:
${CALLS.join('')}  screen: { callbacks: [show] }
`

test('captures that cannot start, or are cut off, say why and leave nothing behind', async () => {
  const cwd = await temporaryProject({
    'pipeline.yaml': YAML,
    'callbacks/show.ts': 'export default (_: unknown) => 0',
  })
  const file = await video(cwd, 'cut.mkv', '-c:v', 'rawvideo')
  await truncate(file, Math.floor((await stat(file)).size / 2))
  const { device: DEVICE, ffmpeg: FFMPEG_PATH } = await v4l2Device(cwd, `echo "${BUSY}" >&2; exit 1`)
  const PORT = String(await silentPort())

  const { exitCode, stdout, stderr } = await runDaffi(['up', '--json'], {
    cwd,
    env: { FFMPEG_PATH, DEVICE, PORT },
  })
  expect(exitCode, stderr).toBe(1)
  const { streams } = JSON.parse(stdout) as PipelineResult
  const errors = Object.fromEntries(streams.map(({ source, error }) => [source ?? '', error?.code]))
  expect(errors).toEqual({
    busy: 'DAFFI_SOURCE_BUSY',
    unknown: 'DAFFI_SOURCE_UNREACHABLE',
    refused: 'DAFFI_SOURCE_UNREACHABLE',
    silent: 'DAFFI_SOURCE_UNREACHABLE',
    cut: 'DAFFI_SOURCE_CUT_OFF',
  })
  expect(stderr).toContain('Device or resource busy')
  expect(stdout + stderr).not.toContain('secret')
})

async function silentPort(): Promise<number> {
  const server = createServer((socket) => onTestFinished(() => void socket.destroy())).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
