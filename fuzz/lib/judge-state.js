import { setTimeout as delay } from 'node:timers/promises'
import { STREAM } from '../../dist/runtime/library.js'
import { encode } from './messagepack.js'

const ITEMS = 6
const DURABLE = { delivery: 'durable', name: 'tallied', retention: { age: '1m', bytes: '8 MiB' } }
const END_MS = 30_000
const FORGED = encode({ values: [['count', Buffer.from(encode(41))]], items: [] })

/**
 * Streams to a callback that counts in its state: each item is accounted for, whatever is kept under the keys. In every third round
 * somebody else puts the states meanwhile; then a receiver may leave the stream, with that as its error.
 */
export async function judgeState(g, nc, pipeline, round) {
  const rival = round % 3 === 2
  async function* items() {
    for (let n = 0; n < ITEMS; n++) {
      yield { n, key: n % 2 }
      if (n !== ITEMS / 2) continue
      await delay(50)
      if (!rival) continue
      for (const node of ['worker', 'program'])
        nc.publish(`$KV.daffi_${pipeline}_state.tally.node.${node}`, FORGED)
      await nc.flush()
    }
  }
  const kinds = [{ delivery: 'lossless' }, { delivery: 'lossless', share: { by: 'key' } }, DURABLE]
  const outcome = g.call
    .tally(items())
    .with(STREAM(kinds[round % 4] ?? { delivery: 'lossless' }))
    .then(
      (summary) => ({ summary }),
      (error) => ({ summary: error.summary, error }),
    )
  const end = await Promise.race([outcome, delay(END_MS, undefined, { ref: false })])
  if (!end) return ['a stream to a callback with a state does not end']
  return [...judgeEnd(end, rival), ...judgeCounts(end)]
}

function judgeEnd({ error, summary }, rival) {
  if (!summary) return [`a stream to a callback with a state has no summary: ${error.message}`]
  if (!error) return []
  const codes = Object.values(summary.receivers).flatMap((each) => (each.error ? [each.error.code] : []))
  const known = rival && codes.length > 0 && codes.every((code) => code === 'DAFFI_STATE_TAKEN')
  return known
    ? []
    : [`a stream to a callback with a state failed: ${error.message} ${JSON.stringify(summary)}`]
}

function judgeCounts({ summary }) {
  return Object.entries(summary?.receivers ?? {}).flatMap(([name, receiver]) => {
    const { offered, processed, dropped, failed, lost } = receiver
    const isTrue = offered === processed + dropped + failed + lost
    return isTrue ? [] : [`the account of tally at ${name}: ${JSON.stringify(receiver)}`]
  })
}
