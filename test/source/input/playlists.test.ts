import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../support/temporary.js'
import { httpCamera } from '../http-camera.js'
import { collect, fileAt, openFrames } from '../support.js'
import { video } from '../../support/ffmpeg.js'

const hls = (target: string): string =>
  `#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.2,\n${target}\n#EXT-X-ENDLIST\n`

test.each([
  ['clip-hls.mp4', hls],
  ['clip.m3u8', hls],
  ['clip-concat.mp4', (target: string) => `ffconcat version 1.0\nfile '${target}'\n`],
  [
    'clip.mpd',
    (target: string) =>
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>${target}</BaseURL></Period></MPD>`,
  ],
  [
    'clip.sdp',
    () =>
      'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n',
  ],
])('a clip that is %s opens no other file, and no address', async (name, playlist) => {
  const folder = await temporaryFolder()
  const inner = await httpCamera((_, response) => response.end())
  const other = await video(folder, 'private.ts', '-c:v', 'libx264')
  for (const target of [`file://${other}`, 'private.ts', inner.url]) {
    await writeFile(join(folder, name), playlist(target))
    await expect(collect(openFrames(fileAt(join(folder, name))))).rejects.toMatchObject({
      code: 'DAFFI_SOURCE_FAILED',
    })
  }
  expect(inner.requests).toEqual([])
})

test('the message says what a playlist is, and how to ask for it', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'clip-hls.mp4'), hls('private.ts'))
  const path = join(folder, 'clip-hls.mp4')
  await expect(collect(openFrames(fileAt(path)))).rejects.toMatchObject({
    message: expect.stringContaining(
      'source cam: refused its format (a playlist, or another that is not read by default) before the first frame',
    ) as string,
    next: expect.stringContaining('ffmpeg_args: [-f, hls]') as string,
  })
})

test('a file whose name is a pattern does not stand for others', async () => {
  const folder = await temporaryFolder()
  const picture = await video(folder, 'other1.png', '-frames:v', '1')
  await writeFile(join(folder, 'other%d.png'), await readFile(picture))
  await expect(collect(openFrames(fileAt(join(folder, 'other%d.png'))))).rejects.toMatchObject({
    code: 'DAFFI_SOURCE_FAILED',
  })
})

test('a playlist that is asked for is read, from files only', async () => {
  const folder = await temporaryFolder()
  await video(folder, 'part.ts', '-c:v', 'libx264')
  const inner = await httpCamera((_, response) => response.end())
  const plan = { ...fileAt(join(folder, 'clip.m3u8')), ffmpegArgs: ['-f', 'hls'] }
  await writeFile(plan.path, hls('part.ts'))
  expect(await collect(openFrames(plan))).toHaveLength(12)
  await writeFile(plan.path, hls(inner.url))
  await expect(collect(openFrames(plan))).rejects.toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
  expect(inner.requests).toEqual([])
})

test('a picture of more than 64 megapixels is not decoded', async () => {
  const path = await video(await temporaryFolder(), 'large.png', '-vf', 'scale=12000:6000', '-frames:v', '1')
  await expect(collect(openFrames(fileAt(path)))).rejects.toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
})
