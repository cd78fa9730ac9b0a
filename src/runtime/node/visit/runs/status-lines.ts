import { logRecord, type LogRecord, type LogSource } from '../../../logs/index.js'
import { count } from '../../../core/text/count.js'
import type { FoundRun } from './found-run.js'
import type { RunsView } from './look-at-runs.js'
import { isoTime } from '../../../core/text/iso-time.js'

/** The last lines of a run that keeps no logs here, as its supervisor has them: of a run in a terminal, or on another host. */
export class StatusLines implements LogSource {
  readonly #view: RunsView
  readonly #run: FoundRun
  #known = 0

  constructor(view: RunsView, run: FoundRun) {
    this.#view = view
    this.#run = run
  }

  async *fresh(): AsyncGenerator<LogRecord, void, undefined> {
    for (;;) {
      const lines = await this.#view.lines(this.#run, this.#known)
      if (lines.length === 0) return
      for (const { number, time, node, stream, level, text } of lines) {
        // Of a run that is older than its first lines, those are not asked for.
        if (this.#known > 0 && number > this.#known + 1) yield gap(number - this.#known - 1)
        this.#known = Math.max(this.#known, number)
        yield { ...logRecord({ node, stream, level, text }), time: isoTime(time) }
      }
    }
  }
}

function gap(lines: number): LogRecord {
  const text = `${count(lines, 'line')} came faster than they were asked for, and are not kept`
  return logRecord({ node: undefined, stream: 'daffi', level: 'warn', text })
}
