import { toErrorRecord } from '../../../core/errors.js'
import type { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { Progress } from '../../protocol/messages.js'

export interface SettledReportsOptions {
  progress: ProgressPublisher
  lifecycle: ReceiverLifecycle
  /** Called for each report. Resolves when what the reported items have changed is kept; undefined when it is. */
  settle?: (() => Promise<void> | undefined) | undefined
}

/** Reports of a receiver, which are published once all that the reported items have changed is kept. */
export class SettledReports {
  readonly #options: SettledReportsOptions
  #published: Progress | undefined
  #settling: Promise<void> | undefined
  /** Report that was to be made meanwhile. */
  #next: (() => Progress) | undefined
  #hasFailed = false

  constructor(options: SettledReportsOptions) {
    this.#options = options
  }

  publish(report: () => Progress): void {
    if (this.#settling) {
      this.#next = report
      return
    }
    const progress = report()
    const settling = this.#hasFailed ? undefined : this.#options.settle?.()
    if (settling) this.#settling = this.#publishLater(settling, progress)
    else this.#publish(progress)
  }

  /** Resolves when all reports are published. */
  async settled(): Promise<void> {
    while (this.#settling) await this.#settling
  }

  async #publishLater(settling: Promise<void>, progress: Progress): Promise<void> {
    try {
      await settling
    } catch (error) {
      this.#hasFailed = true
      this.#options.lifecycle.settle('stopped', toErrorRecord(error))
    }
    this.#publish(progress)
    this.#settling = undefined
    const next = this.#next
    this.#next = undefined
    if (next) this.publish(next)
  }

  /** Once something could not be kept, no further item counts as done: what was not reported is lost. */
  #publish(progress: Progress): void {
    const { state, error } = this.#options.lifecycle
    if (!this.#hasFailed) this.#published = progress
    const published = this.#hasFailed ? { ...(this.#published ?? progress), state, error } : progress
    this.#options.progress.publish(published)
  }
}
