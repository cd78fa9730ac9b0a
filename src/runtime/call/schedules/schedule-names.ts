import { DaffiError } from '../../core/errors.js'
import { isToken } from '../../core/names.js'

/** Names of the stream and subjects of a pipeline's schedules. */
export class ScheduleNames {
  readonly #pipeline: string

  constructor(pipeline: string) {
    this.#pipeline = pipeline
  }

  get stream(): string {
    return `daffi_${this.#pipeline}_schedules`
  }

  /** Subject on which nodes learn of a new schedule; its route is the payload. */
  get wake(): string {
    return `daffi.${this.#pipeline}.wake.schedule`
  }

  /** Subject of a schedule's record; `*` is all of them. */
  record(uuid: string): string {
    return `daffi.${this.#pipeline}.schedule.${uuid}`
  }

  /** Subject of a message that makes the server fire; a schedule by times has several. */
  timer(uuid: string, index: number | '*'): string {
    return `daffi.${this.#pipeline}.timer.${uuid}.${index}`
  }

  /** Subject to which the server publishes the firings of a schedule; the latest one is kept. */
  due(uuid: string, callback: string): string {
    return `daffi.${this.#pipeline}.due.${uuid}.${callback}`
  }

  get subjects(): string[] {
    return [this.record('*'), this.timer('*', '*'), this.due('*', '*')]
  }

  /** Id and callback in the subject of a firing. @throws DaffiError DAFFI_BAD_MESSAGE when these are no names */
  static parseDue(subject: string): { uuid: string; callback: string } {
    const [, , , uuid = '', callback = ''] = subject.split('.')
    if (isToken(uuid) && isToken(callback)) return { uuid, callback }
    throw new DaffiError('DAFFI_BAD_MESSAGE', 'the subject of a firing has tokens that are no names')
  }
}
