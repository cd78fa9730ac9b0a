import { context } from 'daffi'

const got = { take: [], keep: [] }

/** The callbacks of every node: some to be called by anybody, and those that streams end in, which count what they get. */
export const callbacks = {
  add: (a, b) => a + b,
  echo: (...values) => values,
  *count(n) {
    for (let i = 0; i < Math.min(n, 100); i++) yield i
  },
  fail: (text) => {
    throw Object.assign(new Error(`cannot use ${text}`), { code: text })
  },
  take: (n) => void got.take.push(n),
  keep: (n) => void got.keep.push(n),
  /** Counts in its state, whatever that has become. */
  tally: (_item) => {
    const { state } = context()
    for (const name of state.keys()) state.get(name)
    const count = state.get('count')
    state.set('count', Number.isSafeInteger(count) ? count + 1 : 1)
  },
  /** Number of items that a stream has brought, and of different ones. */
  got: (name) => [got[name].length, new Set(got[name]).size],
}
