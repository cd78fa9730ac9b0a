import { STREAM, type Global } from '../../call/index.js'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { Plan } from '../../core/plan.js'
import { DeadLetters, type StoredDeadLetter } from '../../stream/index.js'
import { address } from '../calls/callback-call.js'
import { visitPipeline, type VisitOptions } from './pipeline-client.js'

export interface ReplayedLetters {
  /** Ids of those that their callback took; they are removed. */
  replayed: number[]
  /** Those that are kept, and why. */
  failed: { id: number; error: ErrorRecord }[]
}

/** The dead letters of a pipeline, the oldest first. */
export function listDeadLetters(plan: Plan, options: VisitOptions): Promise<StoredDeadLetter[]> {
  return visitPipeline(plan, options, (_g, nc) => new DeadLetters(nc, plan.name).list())
}

/**
 * Gives dead letters to their callbacks again, each to the node that failed with it, and removes those that succeed.
 * @param ids undefined for all
 * @throws DaffiError DAFFI_NO_DEAD_LETTER before anything is replayed
 */
export function replayDeadLetters(
  plan: Plan,
  ids: number[] | undefined,
  options: VisitOptions,
): Promise<ReplayedLetters> {
  return visitPipeline(plan, options, async (g, nc) => {
    const dead = new DeadLetters(nc, plan.name)
    const letters = await dead.list()
    const unknown = ids?.find((id) => !letters.some((letter) => letter.id === id))
    if (unknown !== undefined) {
      throw new DaffiError('DAFFI_NO_DEAD_LETTER', `${plan.name} has no dead letter ${unknown}`)
    }
    const result: ReplayedLetters = { replayed: [], failed: [] }
    for (const letter of letters) {
      if (ids && !ids.includes(letter.id)) continue
      try {
        await replay(g, letter, await dead.item(letter), options.signal)
        await dead.remove(letter)
        result.replayed.push(letter.id)
      } catch (error) {
        result.failed.push({ id: letter.id, error: toErrorRecord(error) })
      }
    }
    return result
  })
}

/** As a stream of one item, so that it reaches the callback in the form it had, and may be of any size. */
async function replay(
  g: Global,
  letter: StoredDeadLetter,
  item: unknown,
  signal: AbortSignal,
): Promise<void> {
  await address(g, letter.call, [[item]], letter.node).with(STREAM({ source: letter.stream, signal }))
}
