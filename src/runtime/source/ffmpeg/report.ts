import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { deferred } from '../../core/deferred.js'
import { withoutUrlSecrets } from '../../core/text/secrets.js'
import type { Size } from '../contract/size.js'

/** Format of ffmpeg's output. */
export interface Video extends Size {
  codec: string
}

/** Information from ffmpeg's standard error, written with `-loglevel level+info`. */
export interface Report {
  /** Format of the output; undefined when ffmpeg exits without reporting it. */
  video: Promise<Video | undefined>
  /** Last error lines, oldest first. */
  errors: string[]
  /** Resolves at the end of standard error. */
  ended: Promise<void>
}

const MAX_ERRORS = 5
const INFORMATION = /\[(?:warning|info|verbose|debug|trace)\] /
/** Matches `Stream #0:0: Video: rawvideo (BGR[24] / 0x18524742), bgr24(progressive), 1280x720 [SAR 1:1 DAR 16:9], …`. */
const VIDEO = /Stream #0:0.*: Video: (\w+).*?, (\d+)x(\d+)[, ]/

/**
 * Reads ffmpeg's standard error line by line.
 * @param show changes a line for people
 */
export function readReport(stderr: Readable, show = (line: string): string => line): Report {
  const video = deferred<Video | undefined>()
  const ended = deferred()
  const errors: string[] = []
  let output = false

  createInterface({ input: stderr })
    .on('line', (line) => {
      if (!INFORMATION.test(line)) {
        errors.push(withoutUrlSecrets(show(plain(line))))
        if (errors.length > MAX_ERRORS) errors.shift()
        return
      }
      output ||= line.includes('Output #0')
      const match = output ? VIDEO.exec(line) : null
      if (!match) return
      const [, codec = '', width, height] = match
      video.resolve({ codec, width: Number(width), height: Number(height) })
    })
    .on('close', () => {
      video.resolve(undefined)
      ended.resolve()
    })
  return { video: video.promise, errors, ended: ended.promise }
}

/** Shortens a line: `[rtsp @ 0x55d0] [error] Not Found` becomes `[rtsp] Not Found`. The list of formats is left out. */
function plain(line: string): string {
  return line
    .replace(/ @ 0x[0-9a-f]+(?=\])/, '')
    .replace(/\[(?:error|fatal|panic)\] /, '')
    .replace(/(not on whitelist) '[^']{40,}'/, '$1')
}
