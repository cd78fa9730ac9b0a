import { isDurable, isShared } from './kinds.js'
import { repeatsOf } from './judge.js'

/** Items that a receiver may have done since it last reported: a report comes every quarter of a second. */
const IN_HAND = 16
/** Items that a durable stream may give again after a kill: those of one batch, and what was not acknowledged. */
const MAX_AGAIN = 64

/**
 * Compares the summaries of the streams of a call, of which a node was killed, with what its callbacks got.
 * @param ends one summary for each writer's process
 * @param killed name of the node
 */
export function judgeKilled(kind, ends, books, killed) {
  const reasons = ends.length === 0 ? ['there is no summary'] : []
  for (const [name, lines] of Object.entries(books)) {
    const receivers = ends.flatMap(({ receivers: all }) => all[name] ?? [])
    for (const { offered, processed, dropped, failed, lost } of receivers)
      if (offered !== processed + dropped + failed + lost)
        reasons.push(`${name} ${offered} offered, ${processed}+${dropped}+${failed}+${lost} accounted for`)
    const repeats = repeatsOf(lines, isDurable(kind))
    const taken = lines.length - repeats.length
    const processed = receivers.reduce((sum, each) => sum + each.processed, 0)
    const inHand = killed === name || killed === 'writer' ? IN_HAND : 0
    if (!isDurable(kind) && Math.abs(processed - taken) > inHand)
      reasons.push(`${name} processed ${processed}, took ${taken}`)
    if (!isDurable(kind) && repeats.length > 0) reasons.push(`${name} took ${repeats.length} items twice`)
    if (repeats.some(({ again }) => !again)) reasons.push(`${name} was not told that items come again`)
    if (repeats.length > MAX_AGAIN) reasons.push(`${name} took ${repeats.length} items again`)
  }
  if (isDurable(kind))
    reasons.push(...judgeWhole(isShared(kind) ? { all: Object.values(books).flat() } : books))
  return reasons
}

/** Durable: no item is missing among those that came. */
function judgeWhole(groups) {
  return Object.entries(groups).flatMap(([name, lines]) => {
    const numbers = new Set(lines.map(({ number }) => number))
    const missing = Math.max(-1, ...numbers) + 1 - numbers.size
    return missing > 0 ? [`${name} has not got ${missing} items`] : []
  })
}
