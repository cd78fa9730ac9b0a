import { ensureBinary, type Binary } from '../../binaries/index.js'
import type { Logger } from '../../core/logger.js'
import type { SourceContext } from '../contract/source-context.js'
import { isNetwork, type VideoPlan } from '../contract/video-plan.js'

/** The program ffmpeg, looked for when it is needed first. */
export class Program {
  readonly #plan: VideoPlan
  readonly #context: SourceContext
  #found: Promise<Binary> | undefined

  constructor(plan: VideoPlan, context: SourceContext) {
    this.#plan = plan
    this.#context = context
  }

  /** Undefined when aborted meanwhile. */
  async find(): Promise<Binary | undefined> {
    const { project, signal } = this.#context
    try {
      const found = await (this.#found ??= ensureBinary('ffmpeg', { project, signal }))
      if (isNetwork(this.#plan)) warnOfOldFfmpeg(found, this.#context)
      return found
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }
}

/** Loggers of the nodes that were warned. */
const warned = new WeakSet<Logger>()

/** Warns once in a node. */
function warnOfOldFfmpeg({ version, warning }: Binary, { name, log }: SourceContext): void {
  if (warning === undefined || warned.has(log)) return
  warned.add(log)
  log.warn(`source ${name}: ffmpeg ${version} is ${warning}`)
}
