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

  /** Id and callback in the subject of a firing. */
  static parseDue(subject: string): { uuid: string; callback: string } {
    const tokens = subject.split('.')
    return { uuid: tokens[3] ?? '', callback: tokens[4] ?? '' }
  }
}
