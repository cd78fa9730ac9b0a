/** Parses what a receiver wrote down: each line is one execution of its callback. The last one may be cut off by a SIGKILL. */
export function readTruth(text) {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [writer, number, produced, taken, again] = line.split(' ').map(Number)
      return { writer, number, produced, taken, again: again === 1 }
    })
}

/** Milliseconds from `since` until the first item that was made after it was taken; Infinity when there was none. */
export function recoveryOf(lines, since) {
  const first = lines.find(({ produced }) => produced > since)
  return first ? first.taken - since : Infinity
}

/** Longest time without an item from `from` on, in milliseconds. */
export function longestGap(lines, from, to) {
  const times = [from, ...lines.map(({ taken }) => taken).filter((time) => time > from && time < to), to]
  return times.slice(1).reduce((longest, time, index) => Math.max(longest, time - times[index]), 0)
}
