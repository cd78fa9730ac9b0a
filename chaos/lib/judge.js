import { isDurable, isLive, isShared } from './kinds.js'

/** Items that a durable stream may give again: at most one batch. */
const MAX_BATCH = 64

/**
 * Compares the summary of a stream during which nobody died with what its callbacks got.
 * @param books lines of each receiver, by its name
 * @returns what is wrong; nothing when all is well
 */
export function judgeStream(kind, end, books) {
  if (end === undefined) return ['the stream did not end']
  const { summary, error, early } = end
  const reasons = []
  if (early) reasons.push('ended early')
  if (error) reasons.push(error)
  if (!summary) return reasons
  for (const [name, lines] of Object.entries(books))
    reasons.push(...judgeReceiver(kind, name, lines, summary.receivers[name]))
  if (!isLive(kind)) reasons.push(...judgeItems(kind, summary.items, books))
  return reasons
}

function judgeReceiver(kind, name, lines, receiver) {
  if (!receiver) return [`${name} is not in the summary`]
  const { offered, processed, dropped, failed, lost, state } = receiver
  const reasons = []
  const repeats = repeatsOf(lines)
  const taken = lines.length - repeats.length
  if (processed !== taken) reasons.push(`${name} processed ${processed}, took ${taken}`)
  if (offered !== processed + dropped + failed + lost)
    reasons.push(`${name} ${offered} offered, ${processed}+${dropped}+${failed}+${lost} accounted for`)
  if (state !== 'finished') reasons.push(`${name} ${state}`)
  if (!isDurable(kind) && repeats.length > 0) reasons.push(`${name} took ${repeats.length} items twice`)
  if (repeats.length > MAX_BATCH)
    reasons.push(`${name} took ${repeats.length} items again, more than a batch`)
  const silent = repeats.filter(({ again }) => !again)
  if (silent.length > 0) reasons.push(`${name} was not told that ${silent.length} items come again`)
  if (!isShared(kind) && !isOrdered(lines)) reasons.push(`${name} took items out of order`)
  return reasons
}

/** Lossless and durable: every item exactly once, at every receiver or, when they share, at one of them. */
function judgeItems(kind, items, books) {
  const groups = isShared(kind) ? { all: Object.values(books).flat() } : books
  return Object.entries(groups).flatMap(([name, lines]) => {
    const numbers = new Set(lines.map(({ number }) => number))
    const missing = Array.from({ length: items }, (_, number) => number).filter(
      (number) => !numbers.has(number),
    )
    const twice = isShared(kind) && !isDurable(kind) ? repeatsOf(lines).length : 0
    return [
      ...(missing.length > 0
        ? [`${name} has not got ${missing.length} of ${items} items, from ${missing[0]} on`]
        : []),
      ...(twice > 0 ? [`${twice} items were taken twice`] : []),
      ...(numbers.size > items ? [`${name} got ${numbers.size} of ${items} items`] : []),
    ]
  })
}

/** Lines whose item was taken before. @param anyWriter items of a number are the same, whichever process has made them */
export function repeatsOf(lines, anyWriter = false) {
  const seen = new Set()
  return lines.filter(({ writer, number }) => {
    const key = anyWriter ? number : `${writer} ${number}`
    return seen.has(key) || !seen.add(key)
  })
}

const isOrdered = (lines) => {
  const repeats = new Set(repeatsOf(lines))
  const first = lines.filter((line) => !repeats.has(line))
  return first.every(({ number }, index) => index === 0 || number > first[index - 1].number)
}
