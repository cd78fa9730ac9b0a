import type { NatsConnection } from '@nats-io/transport-node'
import { KeptStates, type KeptState } from '../../call/index.js'
import { DaffiError } from '../../core/errors.js'
import type { Plan } from '../../core/plan/plan.js'
import { nearest } from '../../core/text/nearest.js'
import { askStatus } from '../../status/index.js'
import { withPipelineClient, type PipelineClientOptions } from './pipeline-client.js'

export interface StateList {
  /** The states that were saved last, the latest first. */
  states: KeptState[]
  /** Number of states beyond these. */
  more: number
}

/** Choice of states to clear: names of states or callbacks, or all. */
export type StateChoice = readonly string[] | 'all'

/** Lists the kept states of a pipeline. */
export function listStates(
  plan: Plan,
  { callback, limit }: { callback: string | undefined; limit: number },
  options: PipelineClientOptions,
): Promise<StateList> {
  return withPipelineClient(plan, options, async (_g, nc) => {
    const kept = await KeptStates.open(nc, plan.name)
    const states: KeptState[] = []
    let all = 0
    for await (const state of kept?.read() ?? []) {
      if (callback !== undefined && state.callback !== callback) continue
      all++
      states.push(state)
      if (states.length > limit) states.shift()
    }
    return { states: states.reverse(), more: all - states.length }
  })
}

/**
 * Removes kept states for good.
 * @returns their names
 * @throws DaffiError DAFFI_NO_STATE_KEPT for a name that none has, and DAFFI_STATE_IN_USE where a node that runs has some in
 * memory: before anything is removed
 */
export function clearStates(
  plan: Plan,
  choice: StateChoice,
  options: PipelineClientOptions,
): Promise<string[]> {
  return withPipelineClient(plan, options, async (_g, nc) => {
    const kept = await KeptStates.open(nc, plan.name)
    const known: Pick<KeptState, 'name' | 'callback'>[] = []
    for await (const { name, callback } of kept?.read() ?? []) known.push({ name, callback })
    const named =
      choice === 'all' ? known : known.filter((each) => choice.some((name) => isMeant(each, name)))
    for (const name of choice === 'all' ? [] : choice)
      if (!known.some((each) => isMeant(each, name))) throw unknownState(plan.name, known, name)
    await refuseInUse(nc, plan.name, new Set(named.map(({ callback }) => callback)))
    if (!kept) return []
    if (choice === 'all') await kept.remove('all')
    else
      for (const name of choice)
        await kept.remove(known.some(({ callback }) => callback === name) ? { callback: name } : { name })
    return named.map(({ name }) => name)
  })
}

const isMeant = (state: Pick<KeptState, 'name' | 'callback'>, name: string): boolean =>
  state.name === name || state.callback === name

function unknownState(
  pipeline: string,
  known: readonly Pick<KeptState, 'name' | 'callback'>[],
  name: string,
): DaffiError {
  const callbacks = [...new Set(known.map(({ callback }) => callback))]
  const guess =
    nearest(name, callbacks) ??
    nearest(
      name,
      known.slice(0, 1000).map((each) => each.name),
    )
  const message = `${pipeline} keeps no state of ${JSON.stringify(name)}`
  return new DaffiError(
    'DAFFI_NO_STATE_KEPT',
    message,
    guess === undefined ? {} : { next: `Did you mean ${guess}?` },
  )
}

/** A node has the states of its callbacks in memory, and would save them against revisions that are gone. */
async function refuseInUse(
  nc: NatsConnection,
  pipeline: string,
  callbacks: ReadonlySet<string>,
): Promise<void> {
  const answers = await askStatus(nc, pipeline, { what: 'node', lines: null })
  const nodes = answers.filter((each) => each.what === 'node')
  const using = nodes.filter((node) => node.callbacks.some((name) => callbacks.has(name)))
  if (using.length === 0) return
  const names = using.map(({ name }) => name)
  const what = [...callbacks].filter((each) => using.some((node) => node.callbacks.includes(each)))
  throw new DaffiError(
    'DAFFI_STATE_IN_USE',
    `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} states of ${what.join(', ')} in use`,
    { next: `Stop first what has them, with daffi stop ${names.join(' ')}, and start it again after that.` },
  )
}
