import type { NatsConnection } from '@nats-io/transport-node'
import { openJobAccess, retryJob, STREAM, unknownJob, type Global } from '../../call/index.js'
import { toPlain } from '../../codec/index.js'
import { DaffiError, toErrorRecord, type ErrorRecord } from '../../core/errors.js'
import type { Plan } from '../../core/plan/plan.js'
import {
  DeadLetterStore,
  type DroppedLetters,
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

export interface ListedLetters {
  letters: StoredDeadLetter[]
  /** Account of those that were dropped because of the limits in the pipeline file. */
  dropped: Omit<DroppedLetters, 'through'>
}

/** Dead letter with its item, or its arguments, as JSON can carry them. */
export type ShownLetter = StoredDeadLetter & { value: unknown }

/** Choice of letters: ids, those that were given up so long ago (in milliseconds), or all. */
export type LetterChoice = { ids: number[] } | { olderThanMs: number } | 'all'

/** Lists the dead letters of a pipeline, the oldest first. */
export function listDeadLetters(plan: Plan, options: PipelineClientOptions): Promise<ListedLetters> {
  return withLetters(plan, options, async (dead) => ({
    letters: await dead.list(),
    dropped: await dead.dropped(),
  }))
}

/** Tells all of a dead letter. @throws DaffiError DAFFI_NO_DEAD_LETTER, DAFFI_BAD_MESSAGE when it is not kept as a whole */
export function showDeadLetter(plan: Plan, id: number, options: PipelineClientOptions): Promise<ShownLetter> {
  return withLetters(plan, options, async (dead) => {
    const [letter] = chosen(await dead.list(), { ids: [id] }, plan)
    if (!letter) throw noLetter(plan, id)
    return { ...letter, value: toPlain(await dead.item(letter)) }
  })
}

/**
 * Removes dead letters for good.
 * @returns their ids
 * @throws DaffiError DAFFI_NO_DEAD_LETTER before anything is removed
 */
export function dropDeadLetters(
  plan: Plan,
  choice: LetterChoice,
  options: PipelineClientOptions,
): Promise<number[]> {
  return withLetters(plan, options, async (dead) => {
    const letters = chosen(await dead.list(), choice, plan)
    for (const letter of letters) await dead.remove(letter)
    return letters.map(({ id }) => id)
  })
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
  return withLetters(plan, options, async (dead, g, nc) => {
    const letters = chosen(await dead.list(), ids ? { ids } : 'all', plan)
    const result: ReplayedLetters = { replayed: [], failed: [] }
    for (const letter of letters) {
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

function withLetters<T>(
  plan: Plan,
  options: PipelineClientOptions,
  use: (dead: DeadLetterStore, g: Global, nc: NatsConnection) => Promise<T>,
): Promise<T> {
  return withPipelineClient(plan, options, (g, nc) => use(new DeadLetterStore(nc, plan.name), g, nc))
}

/** @throws DaffiError DAFFI_NO_DEAD_LETTER */
function chosen(letters: StoredDeadLetter[], choice: LetterChoice, plan: Plan): StoredDeadLetter[] {
  if (choice === 'all') return letters
  if ('olderThanMs' in choice) return letters.filter(({ time }) => time < Date.now() - choice.olderThanMs)
  const unknown = choice.ids.find((id) => !letters.some((letter) => letter.id === id))
  if (unknown !== undefined) throw noLetter(plan, unknown)
  return letters.filter(({ id }) => choice.ids.includes(id))
}

function noLetter(plan: Plan, id: number): DaffiError {
  return new DaffiError('DAFFI_NO_DEAD_LETTER', `${plan.name} has no dead letter ${id}`)
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
