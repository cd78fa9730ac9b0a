import type { NetworkPlan } from '../../../core/plan/plan.js'
import { splitCameraUrl } from '../../../core/text/camera-url.js'
import { FORMATS } from '../../contract/formats.js'
import { optionsOf } from '../../contract/options.js'
import { BadPictures } from '../../contract/size.js'
import { findJpegs, looksLikeJpegs, looksLikeMultipart } from '../../pictures/find-jpegs.js'
import type { Connection, ConnectionLimits } from '../connection.js'
import { connectionFailure, type NetworkFailure } from '../network-failure.js'
import { openWithin } from '../opening.js'
import { chunksOf, peek } from './body-bytes.js'
import { openBody } from './open-body.js'

/** Options of ffmpeg's own HTTP, with the headers that they stand for. */
const HEADERS = { '-user_agent': 'User-Agent', '-referer': 'Referer' } as const

/** Types of content, and ffmpeg's names of formats, that say that a body is JPEGs. */
const MULTIPART_TYPE = /^multipart\//i
const JPEG_TYPES = /^(?:multipart\/|image\/p?jpe?g)/i
const JPEG_FORMATS = ['mjpeg', 'mpjpeg']
/** Bytes at the beginning of a body that show whether it is JPEGs. */
const SHOWING_BYTES = 16
/** Further formats of ffmpeg that have no timestamps. */
const UNTIMED = ['h264', 'hevc']

/**
 * Connects to an `http` or `https` camera. Node asks, follows redirects, answers challenges and verifies certificates; ffmpeg
 * gets the body on its standard input, and cannot open anything else. JPEGs, as multipart or one behind the other, are cut out
 * here, so that they can be read without ffmpeg, or else that ffmpeg gets whole pictures only.
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
  const { host } = splitCameraUrl(plan.url).url
  let failed: NetworkFailure | undefined
  let isClosed = false

  const format = taken['-f']
  const { response, beginning, isJpegs, mayBeFile } = await openWithin(silenceMs, signal, async (limited) => {
    const opened = await openBody(plan, headers, limited)
    opened.on('error', (error) => {
      if (!isClosed) failed ??= connectionFailure(host, error)
    })
    const type = opened.headers['content-type'] ?? ''
    const isSaid = format === undefined ? JPEG_TYPES.test(type) : JPEG_FORMATS.includes(format)
    // Some cameras say something else than they send.
    const isOpen = format === undefined && !isSaid
    const start = await peek(
      opened,
      (held) => !isOpen || held.length >= SHOWING_BYTES || looksLikeJpegs(held),
    )
    return {
      response: opened,
      beginning: start,
      isJpegs: isSaid || (isOpen && looksLikeJpegs(start)),
      mayBeFile: format !== 'mpjpeg' && !MULTIPART_TYPE.test(type) && !looksLikeMultipart(start),
    }
  })

  async function* body(): AsyncGenerator<Buffer, void> {
    try {
      const chunks = chunksOf(response, beginning)
      yield* isJpegs ? multipart(chunks) : chunks
    } catch (error) {
      if (!(error instanceof BadPictures)) throw error
      failed ??= connectionFailure(host, error)
    }
  }

  return {
    args: [
      ...['-protocol_whitelist', 'pipe', '-format_whitelist', FORMATS],
      // These carry no timestamps, without which `fps` could not be kept. Others have their own, which are right also for files.
      ...(isJpegs || UNTIMED.includes(format ?? '') ? ['-use_wallclock_as_timestamps', '1'] : []),
      ...rest,
      ...(isJpegs ? ['-f', 'mpjpeg'] : format === undefined ? [] : ['-f', format]),
      ...['-i', 'pipe:0'],
    ],
    body: body(),
    mayBeFile,
    ...(isJpegs ? { jpegs: chunksOf(response, beginning) } : {}),
    failure: () => failed,
    show: (text) => text,
    close: () => {
      isClosed = true
      response.destroy()
    },
  }
}

/** The JPEGs as ffmpeg reads them best: each with its length. */
async function* multipart(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const { data } of findJpegs(chunks, { memory: {}, onCutShort: () => undefined })) {
    yield Buffer.from(`--daffi\r\nContent-Type: image/jpeg\r\nContent-Length: ${data.length}\r\n\r\n`)
    yield data
    yield Buffer.from('\r\n')
  }
}
