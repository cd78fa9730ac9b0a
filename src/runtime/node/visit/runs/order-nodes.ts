import { setTimeout as delay } from 'node:timers/promises'
import { DaffiError } from '../../../core/errors.js'
import { noRun, silentRun } from '../../../core/no-run.js'
import { count } from '../../../core/text/count.js'
import type { NodeOrder, ScaleOrder } from '../../../runs/index.js'
import type { RunStatus } from '../../../status/index.js'
import { namedOnly, nodesNamed, unknownNode } from '../../common/nodes-named.js'
import { runInfo, type FoundRun, type RunNode } from './found-run.js'
import type { RunsView } from './look-at-runs.js'

const POLL_MS = 100
/** Longest wait: a node drains for 10 s, ends its calls for 15 s, and then begins anew. */
const ORDER_MS = 60_000

/** An order to nodes of one run that was sent. */
interface SentOrder {
  run: FoundRun
  order: AnyOrder['order']
  nodes: string[]
  /** Names of processes that are to be gone. */
  ending: string[]
  before: RunStatus['nodes']
}

type AnyOrder = NodeOrder | ScaleOrder

/**
 * Gives an order to nodes, each in the run that has it, and waits until it is carried out.
 * @returns the nodes as they are then
 * @throws DaffiError DAFFI_NO_RUN, DAFFI_UNKNOWN_NODE, DAFFI_CANNOT_SCALE, DAFFI_NOT_READY
 */
export async function orderNodes(view: RunsView, order: AnyOrder, signal: AbortSignal): Promise<RunNode[]> {
  const names = order.order === 'scale' ? Object.keys(order.nodes) : order.nodes
  const found = names.map((name) => ({ name, run: runWith(view.runs, name) }))
  const sent: SentOrder[] = []
  for (const run of new Set(found.map((each) => each.run))) {
    const meant = found.filter((each) => each.run === run).map(({ name }) => name)
    const before = run.status?.nodes ?? {}
    const nodes = await view.order(run, only(order, meant))
    const ending =
      order.order === 'scale' ? processesOf(run, meant).filter((name) => !nodes.includes(name)) : []
    sent.push({ run, order: order.order, before, nodes, ending })
  }
  const until = performance.now() + ORDER_MS
  const results = sent.map((each) => carriedOut(view, each, until, signal))
  return (await Promise.all(results)).flat()
}

/** The part of an order that is about some of its nodes. */
function only(order: AnyOrder, names: string[]): AnyOrder {
  if (order.order !== 'scale') return { ...order, nodes: names }
  const numbers = Object.entries(order.nodes).filter(([name]) => names.includes(name))
  return { ...order, nodes: Object.fromEntries(numbers) }
}

/** Names of the processes of nodes, as far as they tell. */
function processesOf(run: FoundRun, nodes: string[]): string[] {
  const all = namedOnly(Object.keys(run.status?.nodes ?? {}))
  return nodes
    .flatMap((name) => nodesNamed(run.pipeline, all, name, 'DAFFI_UNKNOWN_NODE'))
    .map(({ name }) => name)
}

/** The run that has a node of this name. */
function runWith(runs: readonly FoundRun[], name: string): FoundRun {
  const known = runs.filter(({ status }) => status !== undefined)
  const [silent] = runs.filter(({ status }) => status === undefined)
  if (known.length === 0) {
    throw silent ? silentRun(silent.pipeline) : noRun()
  }
  const nodesOf = ({ status }: FoundRun) => namedOnly(Object.keys(status?.nodes ?? {}))
  const having = known.filter((run) => {
    try {
      return nodesNamed(run.pipeline, nodesOf(run), name, 'DAFFI_UNKNOWN_NODE').length > 0
    } catch {
      return false
    }
  })
  const [first, ...others] = having
  const pipelines = [...new Set((first ? having : known).map(({ pipeline }) => pipeline))].join(' and ')
  if (!first) throw unknownNode(pipelines, known.flatMap(nodesOf), name, 'DAFFI_UNKNOWN_NODE')
  if (others.length === 0) return first
  const runCount = count(having.length, 'run')
  throw new DaffiError('DAFFI_NO_RUN', `${runCount} of ${pipelines} have a node ${name}`, {
    next: 'Name the pipeline file with -f.',
  })
}

async function carriedOut(
  view: RunsView,
  { run, order, nodes, ending, before }: SentOrder,
  until: number,
  signal: AbortSignal,
): Promise<RunNode[]> {
  for (;;) {
    const now = await view.again(run)
    const status = now?.status
    // A run of one node ends with it, and one whose server went with it cannot say so.
    if (!now || !status) return order === 'stop' ? [] : Promise.reject(ended(run))
    const isDone = nodes.every((name) => reached(order, status.nodes[name], before[name]))
    if (isDone && !ending.some((name) => name in status.nodes))
      return runInfo(now).nodes.filter(({ name }) => nodes.includes(name))
    if (performance.now() > until) throw late(nodes, order)
    await delay(POLL_MS, undefined, { signal })
  }
}

type Node = RunStatus['nodes'][string] | undefined

function reached(order: AnyOrder['order'], now: Node, before: Node): boolean {
  if (!now) return order !== 'scale'
  const hasEnded = now.state === 'stopped' || now.state === 'failed'
  if (order === 'stop') return hasEnded
  const isUp = now.state === 'ready' || now.state === 'degraded'
  if (order === 'scale') return isUp || hasEnded
  if (order === 'start' && before && before.pid !== null) return isUp || hasEnded
  return now.restarts > (before?.restarts ?? 0) && (isUp || hasEnded)
}

function ended({ pipeline }: FoundRun): DaffiError {
  return new DaffiError('DAFFI_NO_RUN', `the run of ${pipeline} has ended meanwhile`)
}

function late(nodes: string[], order: AnyOrder['order']): DaffiError {
  const what = order === 'stop' ? 'stopped' : 'ready'
  return new DaffiError('DAFFI_NOT_READY', `${nodes.join(', ')}: not ${what} after ${ORDER_MS / 1000} s`)
}
