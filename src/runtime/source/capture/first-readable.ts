import { messageOf } from '../../core/errors.js'
import type { SourceContext } from '../contract/source-context.js'
import { sourceError } from '../contract/source-error.js'
import { silenceLimit, type VideoPlan } from '../contract/video-plan.js'
import { mayTryNextCandidate, type InputCandidate } from '../input/input-candidates.js'
import type { Connection } from '../network/connection.js'
import { NetworkFailure } from '../network/network-failure.js'

/**
 * Reads one input, whose connection it closes.
 * @param given number of items that inputs before it gave
 */
type Read<T> = (
  input: InputCandidate,
  connection: Connection | undefined,
  given: number,
) => AsyncGenerator<T, void>

/**
 * Items of the first candidate input that can be read. Where that turns out to be unsuitable only after some items, as when a
 * later JPEG has another size, the next one goes on behind them.
 */
export async function* firstReadable<T>(
  plan: VideoPlan,
  candidates: readonly InputCandidate[],
  context: SourceContext,
  read: Read<T>,
): AsyncGenerator<T, void> {
  let given = 0
  for (const [index, input] of candidates.entries()) {
    try {
      const connection = await connect(input, plan, context)
      if (context.signal.aborted) return connection?.close()
      for await (const item of read(input, connection, given)) {
        given++
        yield item
      }
      return
    } catch (error) {
      if (index + 1 === candidates.length || !mayTryNextCandidate(error)) throw error
      context.log.debug(`source ${context.name}: ${messageOf(error)}; trying the next input`)
    }
    if (context.signal.aborted) return
  }
}

/** Connects to a network camera; undefined for other inputs, and when aborted meanwhile. */
async function connect(
  { connect }: InputCandidate,
  plan: VideoPlan,
  { name, signal }: SourceContext,
): Promise<Connection | undefined> {
  try {
    return await connect?.({ signal, silenceMs: silenceLimit(plan) ?? 0 })
  } catch (error) {
    if (signal.aborted) return undefined
    throw error instanceof NetworkFailure ? sourceError(name, error, 0) : error
  }
}
