/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A seed made of some values, so that each scenario of a run has its own. */
export function seedOf(...values) {
  let hash = 2166136261
  for (const character of values.join(' ')) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619)
  return hash >>> 0
}
