import type { ReceiverSummary } from '../../../src/runtime/core/plan/summary.js'
import type { Schedule } from './schedule.js'
import type { SimulatedNode } from './simulated-node.js'
import type { StreamRun } from './simulated-stream.js'
import type { Taken, World } from './world.js'

/** Time in which each receiver must have had something new, once nothing has happened for a while. */
export const FLOW_MS = 5000
/** Attempts to give the final counts, four a second, of a node that has tried for nearly two seconds. */
const MIN_ATTEMPTS = 7

/** Says who gets nothing although it lives, messages flow, and a writer streams. */
export function judgeFlow(world: World, { delivery, share }: Schedule): string[] {
  const { time, taken, runs } = world
  const living = world.living()
  const writer = living.find(({ name }) => name === 'w')
  const run = runs.findLast((each) => each.writer === writer)
  if (!writer || !run) return []
  // A lossless stream is for the nodes that were there when it began, unless it is shared.
  const isReceiver = (name: string): boolean => delivery === 'live' || share || run.receivers.includes(name)
  const receivers = living.filter(({ name }) => name !== 'w' && isReceiver(name))
  const since = time.now - FLOW_MS
  return receivers.flatMap(({ name, incarnation }) => {
    const flows = taken.some((item) => item.incarnation === incarnation && item.made > since)
    return flows ? [] : [`${name} (${incarnation}) gets nothing, though it lives and all has been quiet`]
  })
}

/**
 * Whether a lossless stream has not begun, since its writer cannot know yet that a receiver is gone: one of another host that
 * said no goodbye, as while the server stood still, is waited for until the end of its grace, which may just have come. Each
 * item is for it, too.
 */
export function waitsForGrace(world: World, { delivery, share }: Schedule): boolean {
  if (delivery !== 'lossless' || share) return false
  const living = world.living()
  const writer = living.find(({ name }) => name === 'w')
  const run = world.runs.findLast((each) => each.writer === writer)
  if (!writer || run?.yielded !== 0) return false
  const incarnations = new Set(living.map(({ incarnation }) => incarnation))
  const names = new Set(living.map(({ name }) => name))
  return (
    run.receivers.some((name) => !names.has(name)) ||
    writer.presence.peers.all().some(({ incarnation }) => !incarnations.has(incarnation))
  )
}

/**
 * Whether a stream has begun only now, or its source has, which needs time to flow: as when its writer learned by the end of a
 * grace that a receiver is gone, and has waited for it, or had patience with those of the stream before. One that fails and
 * begins anew for ever never flows.
 */
export function hasJustBegun({ time, runs }: World): boolean {
  const since = time.now - FLOW_MS
  return runs.some(({ begun, first = begun, ended }) => ended === undefined && first > since)
}

/** Compares what the streams' writers say with what the callbacks got. */
export function judgeAccounts(world: World, schedule: Schedule): string[] {
  return world.runs.flatMap((run) => {
    if (!world.living().includes(run.writer) && run.ended === undefined) return []
    if (run.ended === undefined) return [`stream ${run.key} has not ended`]
    if (!run.summary) return []
    return judgeRun(world, schedule, run, run.summary)
  })
}

function judgeRun(
  world: World,
  schedule: Schedule,
  run: StreamRun,
  { receivers, items }: NonNullable<StreamRun['summary']>,
): string[] {
  const taken = world.taken.filter(({ stream }) => stream === run.key)
  const wrong = Object.entries(receivers).flatMap(([name, receiver]) =>
    judgeReceiver(
      receiver,
      taken.filter(({ node }) => node === name),
      couldNotReport(world, run, name),
    ).map((what) => `stream ${run.key}: ${name} ${what}`),
  )
  const unknown = taken.find(({ node }) => receivers[node] === undefined)
  if (unknown) wrong.push(`stream ${run.key}: ${unknown.node} took items, and is not in the summary`)
  // The item at which the source was cut off may have come after.
  if (items < run.yielded - (run.error === undefined ? 0 : 1))
    wrong.push(`stream ${run.key}: ${items} items, ${run.yielded} yielded`)
  // A live stream passes over items while it has no receiver.
  if (schedule.share && schedule.delivery === 'lossless') wrong.push(...judgeShares(run, receivers, items))
  return wrong
}

function judgeReceiver(receiver: ReceiverSummary, taken: readonly Taken[], silenced: boolean): string[] {
  const { offered, processed, dropped, failed, lost } = receiver
  const wrong: string[] = []
  if (offered !== processed + dropped + failed + lost)
    wrong.push(`${offered} offered, ${processed}+${dropped}+${failed}+${lost} accounted for`)
  const different = new Set(taken.map(({ number }) => number)).size
  if (different < taken.length) wrong.push(`took ${taken.length - different} items twice`)
  // What could not be reported is counted as lost.
  const unreported = silenced ? lost : 0
  if (taken.length < processed || taken.length > processed + unreported)
    wrong.push(`processed ${processed} by the summary, took ${taken.length}`)
  return wrong
}

function judgeShares(run: StreamRun, receivers: Record<string, ReceiverSummary>, items: number): string[] {
  const offered = Object.values(receivers).reduce((sum, each) => sum + each.offered, 0)
  return offered === items ? [] : [`stream ${run.key}: ${items} items, ${offered} given to receivers`]
}

/**
 * Whether a process of that name could not report what it did last: it was killed, given up at the end of its grace, or left
 * while no message could come through from it to the writer. Then nobody can know.
 */
const couldNotReport = ({ nodes, endings, mistaken }: World, run: StreamRun, name: string): boolean =>
  endings.some((ending) => ending.name === name && ending.how === 'killed' && ending.at >= run.begun) ||
  mistaken.some(({ by, peer, at }) => by === run.writer && peer.startsWith(`${name}i`) && at >= run.begun) ||
  nodes.some((node) => node.name === name && leftUnheard(node, run))

/** Whether a node tried to give its final counts for as long as leaving may take, and the network has lost them all. */
function leftUnheard(node: SimulatedNode, { writer }: StreamRun): boolean {
  const reports = node.finalReports(writer)
  return reports.length >= MIN_ATTEMPTS && !reports.includes(true)
}
