import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { SourceEvent } from '../../../src/runtime/source/index.js'
import { temporaryFolder } from '../../support/temporary.js'
import { begin, httpCamera, jpegsOf, part } from '../http-camera.js'
import { collect, fileAt, network, openFrames } from '../support.js'
import { ffmpeg, video } from '../../support/ffmpeg.js'

test('a web video comes whole, however long and fast, and then again', async () => {
  const path = `${await temporaryFolder()}/long.mkv`
  await ffmpeg('-f', 'lavfi', '-i', 'testsrc2=size=32x24', '-frames:v', '600', '-c:v', 'ffv1', path)
  const bytes = await readFile(path)
  const camera = await httpCamera((_, response) => response.end(bytes))
  const events: SourceEvent[] = []
  const plan = { kind: 'http', url: camera.url, ...network, frames: 601 } as const
  const frames = await collect(openFrames(plan, { onEvent: (event) => events.push(event) }))
  expect(frames).toHaveLength(601)
  expect(frames[600]?.data.equals(frames[0]?.data ?? Buffer.alloc(0))).toBe(true)
  expect(events).toMatchObject([
    { type: 'gap', error: { message: expect.stringContaining('ended after 600 frames') as string } },
    { type: 'resumed' },
  ])
})

test.each([
  ['mpeg2.mkv', '-c:v', 'mpeg2video', '-bf', '2'],
  ['one.mp4', '-c:v', 'libx264', '-movflags', '+faststart'],
  ['one.jpg', '-frames:v', '1'],
  ['one.png', '-frames:v', '1'],
])('a web video gives what the file does: %s', async (name, ...options) => {
  const path = await video(await temporaryFolder(), name, ...options)
  const bytes = await readFile(path)
  const camera = await httpCamera((_, response) => response.end(bytes))
  const ofFile = await collect(openFrames(fileAt(path)))
  const plan = { kind: 'http', url: camera.url, ...network, frames: ofFile.length } as const
  const ofWeb = await collect(openFrames(plan))
  expect(ofWeb.map(({ data }) => data.toString('base64'))).toEqual(
    ofFile.map(({ data }) => data.toString('base64')),
  )
})

test('a camera that sends pictures without pace is started again', async () => {
  const [jpeg = Buffer.alloc(0)] = await jpegsOf(16, 16, 1)
  const camera = await httpCamera((_, response) => {
    begin(response).end(Buffer.concat(Array.from({ length: 600 }, () => part(jpeg))))
  })
  const events: SourceEvent[] = []
  const plan = { kind: 'http', url: camera.url, ...network, format: 'mjpeg', frames: 481 } as const
  await collect(openFrames(plan, { onEvent: (event) => events.push(event) }))
  expect(events[0]).toMatchObject({ error: { message: expect.stringContaining('flooded') as string } })
})

test('JPEGs one behind the other may be a file, which needs no pace', async () => {
  const [jpeg = Buffer.alloc(0)] = await jpegsOf(16, 16, 1)
  const bytes = Buffer.concat(Array.from({ length: 600 }, () => jpeg))
  const camera = await httpCamera((_, response) => response.end(bytes))
  const events: SourceEvent[] = []
  const plan = { kind: 'http', url: camera.url, ...network, format: 'mjpeg', frames: 600 } as const
  expect(await collect(openFrames(plan, { onEvent: (event) => events.push(event) }))).toHaveLength(600)
  expect(events).toEqual([])
})

test('a host that falls silent before the first picture is waited for once', async () => {
  const camera = await httpCamera((_, response) => void response.write('\xff\xd8'))
  const plan = { kind: 'http', url: camera.url, ...network, format: 'mjpeg', stallMs: 300 } as const
  await expect(collect(openFrames(plan))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_UNREACHABLE',
    message: 'source cam: nothing came for 300 ms before the first frame',
  })
  expect(camera.requests).toHaveLength(1)
})
