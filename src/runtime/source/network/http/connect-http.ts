import type { NetworkPlan } from '../../../core/plan/plan.js'
import { jpegPictures } from '../../pictures/pictures.js'
import { PipeReader } from '../../pictures/pipe-reader.js'
import { pump } from '../../pictures/pump.js'
import { BadPictures } from '../../contract/size.js'
import type { Connection, ConnectionLimits } from '../connection.js'
import { FORMATS } from '../../contract/formats.js'
import { connectionFailure, type NetworkFailure } from '../network-failure.js'
import { openWithin } from '../opening.js'
import { optionsOf } from '../../contract/options.js'
import { splitUrl } from '../url.js'
import { openBody } from './open-body.js'

/** Options of ffmpeg's own HTTP, with the headers that they stand for. */
const HEADERS = { '-user_agent': 'User-Agent', '-referer': 'Referer' } as const

/** Formats of ffmpeg that have no timestamps. */
const UNTIMED = ['mjpeg', 'h264', 'hevc']

/**
 * Connects to an `http` or `https` camera. Node asks, follows redirects, answers challenges and verifies certificates; ffmpeg
 * gets the body on its standard input, and cannot open anything else. Multipart JPEG is cut into its pictures here, so
 * that they can be read without ffmpeg, or else that ffmpeg gets whole pictures only.
 * @throws NetworkFailure
 */
export async function connectHttp(
  plan: NetworkPlan,
  { signal, silenceMs }: ConnectionLimits,
): Promise<Connection> {
  const { taken, rest } = optionsOf(plan.ffmpegArgs, ['-f', ...Object.keys(HEADERS)])
  const headers: Record<string, string> = {}
  for (const [option, name] of Object.entries(HEADERS)) {
    const value = taken[option]
    if (value !== undefined) headers[name] = value
  }
  const { host } = splitUrl(plan.url).url
  const reader = new PipeReader()
  let failed: NetworkFailure | undefined
  let isClosed = false

  const response = await openWithin(silenceMs, signal, async (limited) => {
    const opened = await openBody(plan, headers, limited)
    opened.on('error', (error) => {
      if (!isClosed) failed ??= connectionFailure(host, error)
    })
    pump(opened, reader)
    await reader.hasData()
    return opened
  })
  const isMultipart =
    /^multipart\//i.test(response.headers['content-type'] ?? '') ||
    taken['-f'] === 'mpjpeg' ||
    /^\s*--/.test(reader.waiting.toString('latin1', 0, 16))

  async function* body(): AsyncGenerator<Buffer, void> {
    try {
      yield* isMultipart ? multipart(reader) : reader.chunks()
    } catch (error) {
      if (!(error instanceof BadPictures)) throw error
      failed ??= connectionFailure(host, error)
    }
  }

  const format = isMultipart ? 'mpjpeg' : taken['-f']
  return {
    args: [
      ...['-protocol_whitelist', 'pipe', '-format_whitelist', FORMATS],
      // These carry no timestamps, without which `fps` could not be kept. Others have their own, which are right also for files.
      ...(isMultipart || UNTIMED.includes(taken['-f'] ?? '') ? ['-use_wallclock_as_timestamps', '1'] : []),
      ...rest,
      ...(format === undefined ? [] : ['-f', format]),
      ...['-i', 'pipe:0'],
    ],
    body: body(),
    mayBeFile: !isMultipart,
    ...(isMultipart ? { jpegs: reader } : {}),
    failure: () => failed,
    show: (text) => text,
    close: () => {
      isClosed = true
      response.destroy()
    },
  }
}

/** The JPEGs as ffmpeg reads them best: each with its length. */
async function* multipart(reader: PipeReader): AsyncGenerator<Buffer, void> {
  for await (const { data } of jpegPictures(reader, { memory: {}, onCutShort: () => undefined })) {
    yield Buffer.from(`--daffi\r\nContent-Type: image/jpeg\r\nContent-Length: ${data.length}\r\n\r\n`)
    yield data
    yield Buffer.from('\r\n')
  }
}
