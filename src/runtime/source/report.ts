import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { deferred } from '../core/deferred.js'

export interface Size {
  /** Pixels. */
  width: number
  /** Pixels. */
  height: number
}

/** What ffmpeg tells on its standard error, run with `-loglevel level+info`. */
export interface Report {
  /** Of the pictures that come out; undefined when ffmpeg ends without saying. */
  size: Promise<Size | undefined>
  /** Its last errors, oldest first. */
  errors: string[]
  /** Resolves when there is no more to come. */
  ended: Promise<void>
}

const MOST_ERRORS = 5
const INFORMATION = /\[(?:warning|info|verbose|debug|trace)\] /
/** As in `Stream #0:0: Video: rawvideo (BGR[24] / 0x18524742), bgr24(progressive), 1280x720 [SAR 1:1 DAR 16:9], …`. */
const VIDEO = /Stream #0:0.*: Video: .*?, (\d+)x(\d+)[, ]/

export function readReport(stderr: Readable, redact: (line: string) => string): Report {
  const size = deferred<Size | undefined>()
  const ended = deferred()
  const errors: string[] = []
  let output = false

  createInterface({ input: stderr })
    .on('line', (line) => {
      if (!INFORMATION.test(line)) {
        errors.push(redact(plain(line)))
        if (errors.length > MOST_ERRORS) errors.shift()
        return
      }
      output ||= line.includes('Output #0')
      const match = output ? VIDEO.exec(line) : null
      if (match) size.resolve({ width: Number(match[1]), height: Number(match[2]) })
    })
    .on('close', () => {
      size.resolve(undefined)
      ended.resolve()
    })
  return { size: size.promise, errors, ended: ended.promise }
}

/** `[http @ 0x55d0] [error] Server returned 404` becomes `[http] Server returned 404`. */
function plain(line: string): string {
  return line.replace(/ @ 0x[0-9a-f]+(?=\])/, '').replace(/\[(?:error|fatal|panic)\] /, '')
}
