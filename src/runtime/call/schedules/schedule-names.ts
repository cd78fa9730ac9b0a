/** Where the schedules of a pipeline are kept. */
export class ScheduleNames {
  readonly #pipeline: string

  constructor(pipeline: string) {
    this.#pipeline = pipeline
  }

  get stream(): string {
    return `daffi_${this.#pipeline}_schedules`
  }

  /** On which nodes hear of a new schedule; its route is the payload. */
  get wake(): string {
    return `daffi.${this.#pipeline}.wake.schedule`
  }

  /** What is known of a schedule; `*` is all of them. */
  record(uuid: string): string {
    return `daffi.${this.#pipeline}.schedule.${uuid}`
  }

  /** What makes the server fire; a schedule by times has several. */
  timer(uuid: string, index: number | '*'): string {
    return `daffi.${this.#pipeline}.timer.${uuid}.${index}`
  }

  /** Where the server puts the firings of a schedule: the latest only. */
  due(uuid: string, callback: string): string {
    return `daffi.${this.#pipeline}.due.${uuid}.${callback}`
  }

  get subjects(): string[] {
    return [this.record('*'), this.timer('*', '*'), this.due('*', '*')]
  }

  /** Id and callback of a firing's subject. */
  static parseDue(subject: string): { uuid: string; callback: string } {
    const tokens = subject.split('.')
    return { uuid: tokens[3] ?? '', callback: tokens[4] ?? '' }
  }
}
