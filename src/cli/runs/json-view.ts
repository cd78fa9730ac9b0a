import type { LogRecord, noteRecord, recordOf, RunEvent } from '../../runtime/index.js'
import type { Output } from '../show/output.js'
import { printPageUrl } from '../viewer/page-url.js'

interface Records {
  recordOf: typeof recordOf
  noteRecord: typeof noteRecord
}

/** Prints a run as log records, each a line of JSON: those that a run in the background has in its logs. */
export class JsonView {
  readonly #output: Output
  readonly #records: Records

  constructor(output: Output, records: Records) {
    this.#output = output
    this.#records = records
  }

  /** Prints a line of daffi's own. */
  readonly note = (text: string): void => this.#print(this.#records.noteRecord(text))

  readonly show = (event: RunEvent): void => {
    if (event.type === 'view') printPageUrl(event.url)
    const record = this.#records.recordOf(event)
    if (record) this.#print(record)
  }

  #print(record: LogRecord): void {
    this.#output.jsonLine(record)
  }
}
