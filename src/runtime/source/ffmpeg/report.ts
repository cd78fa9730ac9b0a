import type { Readable } from 'node:stream'
import { KIB } from '../../core/bytes.js'
import { deferred } from '../../core/deferred.js'
import { withoutUrlSecrets } from '../../core/text/secrets.js'

const MAX_LINES = 5
/** Most text that is kept, from the end. */
const MAX_TEXT = 64 * KIB
/** Stands for a name that ffmpeg was given. */
const NAME = '\uFFFC'
/** Begins a line of ffmpeg's own: `[rtsp @ 0x55d0] [error] `. */
const OWN_LINE = /^(?:\[[^\]]* @ [^\]]*\] )*\[(?:error|fatal|panic)\] /

interface ReportOptions {
  /** Name of what ffmpeg reads, which somebody else has chosen: no part of it is taken for ffmpeg's words. */
  input: string
  /** Changes a line for people. */
  show?: ((line: string) => string) | undefined
}

/**
 * Text of ffmpeg's standard error, written with `-loglevel level+error`: no metadata of a file, which would come with the level of
 * information. It is for people; where it decides on an error's code, that is of a source that failed.
 */
export class Report {
  /** Resolves at the end of standard error. */
  readonly ended: Promise<void>
  readonly #input: string
  readonly #show: (line: string) => string
  #text = ''

  constructor(stderr: Readable, { input, show = (line) => line }: ReportOptions) {
    const ended = deferred()
    this.ended = ended.promise
    this.#input = asLogged(input)
    this.#show = show
    stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.#text = (this.#text + text).slice(-MAX_TEXT)))
      .on('error', () => undefined)
      .on('close', () => ended.resolve())
  }

  /** The last lines, oldest first. */
  get lines(): string[] {
    return this.#lines()
      .slice(-MAX_LINES)
      .map((line) => withoutUrlSecrets(this.#show(plain(line.replaceAll(NAME, () => this.#input)))))
  }

  /** The lines of ffmpeg's own, without the name of its input. */
  get own(): string[] {
    return this.#lines().filter((line) => OWN_LINE.test(line))
  }

  #lines(): string[] {
    const text = this.#input === '' ? this.#text : this.#text.replaceAll(this.#input, NAME)
    return text.split(/\r?\n/).filter((line) => line !== '')
  }
}

/** Text as ffmpeg's log has it: `?` for control characters (`sanitize` in libavutil/log.c). */
function asLogged(text: string): string {
  return text.replace(/[\x00-\x07\x0e-\x1f]/g, '?')
}

/** Shortens a line: `[rtsp @ 0x55d0] [error] Not Found` becomes `[rtsp] Not Found`. The list of formats is left out. */
function plain(line: string): string {
  return line
    .replace(/ @ 0x[0-9a-f]+(?=\])/, '')
    .replace(/\[(?:error|fatal|panic)\] /, '')
    .replace(/(not on whitelist) '[^']{40,}'/, '$1')
}
