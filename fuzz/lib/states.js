import fc from 'fast-check'
import { encode } from './messagepack.js'
import { bytes, damaged, mutated } from './values.js'

const value = (any) => Buffer.from(encode(any))
const record = (values, items = []) => ({ values, items })
const RECORD = record([['count', value(1)]], [['kept', 'x', 1]])
/** Records of sizes that no callback makes, or with values that are none. */
const STRANGE = [
  record([['count', Buffer.alloc(900_000)]]),
  record([['count', value('x'.repeat(70_000))]]),
  record(Array.from({ length: 20_000 }, (_, n) => [`v${n}`, value(n)])),
  record([['x'.repeat(20_000), value(1)]]),
  record([
    ['count', value(1)],
    ['count', value(2)],
  ]),
  record([['count', value({ __proto__: null, then: 1 })]]),
  record([['__proto__', value(1)]]),
  record([['count', Buffer.from([0xc1])]]),
  record([['count', Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])]]),
  record([], [['kept', 'x', 2 ** 53]]),
  record(
    [],
    Array.from({ length: 20_000 }, (_, n) => [`s${n}`, 'x', n]),
  ),
  record([], []),
]
const packed = (any) => {
  try {
    return encode(any)
  } catch {
    return Buffer.from(String(any))
  }
}
const HEADERS = [
  {},
  {},
  {},
  { 'KV-Operation': 'DEL' },
  { 'KV-Operation': 'PURGE', 'Nats-Rollup': 'sub' },
  { 'KV-Operation': 'odd' },
  { 'Nats-Rollup': 'all' },
  { 'Nats-Expected-Last-Subject-Sequence': '1' },
  { 'Nats-Expected-Last-Subject-Sequence': '-1' },
  { 'Nats-Msg-Id': 'same' },
  { 'Nats-TTL': '1s' },
]

/** Payloads of records: wrong in any way, or forged. */
const records = fc.oneof(
  bytes,
  damaged(encode(RECORD)),
  mutated(RECORD).map(packed),
  fc.constantFrom(...STRANGE).map(packed),
  fc.constant(encode(RECORD)),
)

/**
 * Makes records of states that no process of the pipeline has put: of those that are in use, and others.
 * @param nodes names of the nodes that have states of the callback `tally`
 * @param known further keys of its states
 */
export function statesFor(p, nodes, known) {
  const hash = 'A'.repeat(22)
  const keys = [
    ...nodes.map((node) => `tally.node.${node}`),
    ...known,
    'tally.node.ghost',
    `tally.key.${hash}.${hash}`,
    'tally.key',
    'a.b.c.d.e.f',
    '=',
    'ü',
  ]
  return fc.record({
    subject: fc.constantFrom(...keys).map((key) => `$KV.daffi_${p}_state.${key}`),
    payload: records,
    headers: fc.constantFrom(...HEADERS),
  })
}
