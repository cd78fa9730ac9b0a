import type { NatsConnection } from '@nats-io/transport-node'
import { openJobAccess, retryJob, STREAM, unknownJob, type Global } from '../../call/index.js'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { Plan } from '../../core/plan/plan.js'
import {
  DeadLetterStore,
  type ItemLetter,
  type JobLetter,
  type StoredDeadLetter,
} from '../../stream/index.js'
import { callbackCall } from '../calls/callback-call.js'
import { withPipelineClient, type PipelineClientOptions } from './pipeline-client.js'

export interface ReplayedLetters {
  /** Ids of the letters that are removed: items that their callback has processed, and jobs that are in the queue again. */
  replayed: number[]
  /** Letters that failed again, or could not be sent, and are kept. */
  failed: { id: number; error: ErrorRecord }[]
}

/** Lists the dead letters of a pipeline, the oldest first. */
export function listDeadLetters(plan: Plan, options: PipelineClientOptions): Promise<StoredDeadLetter[]> {
  return withPipelineClient(plan, options, (_g, nc) => new DeadLetterStore(nc, plan.name).list())
}

/**
 * Sends items to their callbacks again, each to the node on which it failed, and removes those that succeed. Puts jobs back
 * into the queue under their ids, where they have all their attempts again.
 * @param ids the letters to replay; undefined for all
 * @throws DaffiError DAFFI_NO_DEAD_LETTER before anything is replayed
 */
export function replayDeadLetters(
  plan: Plan,
  ids: number[] | undefined,
  options: PipelineClientOptions,
): Promise<ReplayedLetters> {
  return withPipelineClient(plan, options, async (g, nc) => {
    const dead = new DeadLetterStore(nc, plan.name)
    const letters = await dead.list()
    const unknown = ids?.find((id) => !letters.some((letter) => letter.id === id))
    if (unknown !== undefined) {
      throw new DaffiError('DAFFI_NO_DEAD_LETTER', `${plan.name} has no dead letter ${unknown}`)
    }
    const result: ReplayedLetters = { replayed: [], failed: [] }
    for (const letter of letters) {
      if (ids && !ids.includes(letter.id)) continue
      try {
        if ('job' in letter) await putBack(nc, plan.name, letter, dead)
        else {
          await replay(g, letter, await dead.item(letter), options.signal)
          await dead.remove(letter)
        }
        result.replayed.push(letter.id)
      } catch (error) {
        result.failed.push({ id: letter.id, error: toErrorRecord(error) })
      }
    }
    return result
  })
}

async function putBack(
  nc: NatsConnection,
  pipeline: string,
  { job }: JobLetter,
  letters: DeadLetterStore,
): Promise<void> {
  const access = await openJobAccess(nc, pipeline)
  if (!access) throw unknownJob(job)
  await retryJob(access, letters, job)
}

/** Sends a letter as a stream of one item, so that the callback gets it in its original form, and it may have any size. */
async function replay(g: Global, letter: ItemLetter, item: unknown, signal: AbortSignal): Promise<void> {
  await callbackCall(g, letter.call, [[item]], letter.node).with(STREAM({ source: letter.stream, signal }))
}
