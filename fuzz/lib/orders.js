import fc from 'fast-check'
import { bytes, damaged, mutated, odd, senseless } from './values.js'

const ORDER = { order: 'name', nodes: 'list' }
const SCALE = { order: 'name', nodes: 'map' }
const json = (value) =>
  Buffer.from(JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? Number(part) : part)) ?? '')
/** Orders about a node that may be stopped, started and scaled at any time. */
const SPARE = [
  { order: 'start', nodes: ['spare'] },
  { order: 'stop', nodes: ['spare'] },
  { order: 'restart', nodes: ['spare'] },
  { order: 'scale', nodes: { spare: 1 } },
  { order: 'scale', nodes: { spare: 2 } },
]
/** Orders about nobody, and of sizes that nobody gives. */
const STRANGE = [
  '{"order":"scale","nodes":{"__proto__":2}}',
  '{"order":"scale","nodes":{"constructor":2,"spare":1}}',
  '{"order":"stop","nodes":["__proto__"]}',
  '{"order":"__proto__","nodes":["spare"]}',
  '{"order":"start","nodes":[]}',
  '{"order":"scale","nodes":{}}',
  `{"order":"start","nodes":[${Array(50_000).fill('"spare"').join()}]}`,
  `{"order":"start","nodes":[${Array(50_000).fill('"nobody"').join()}]}`,
  `{"order":"scale","nodes":{${Array.from({ length: 50_000 }, (_, n) => `"n${n}":1`).join()}}}`,
  `{"order":"scale","nodes":{"spare-1":2}}`,
  `{"order":"scale","nodes":{"spare":1,"spare-2":1}}`,
  `${'['.repeat(50_000)}`,
]

/**
 * Makes payloads of orders to runs. The run of the worker gets none that makes sense: it would end.
 * @param runs ids of the runs, by a node of each
 */
export function ordersFor(p, runs) {
  const to = (run, payload) =>
    fc.record({ subject: fc.constant(`daffi.${p}.control.${run}`), payload, headers: fc.constant({}) })
  const about = (node) => ({ order: 'stop', nodes: [node] })
  const senselessOnes = (node) => [
    bytes,
    odd.map(json),
    senseless(about(node), ORDER).map(json),
    senseless({ order: 'scale', nodes: { [node]: 2 } }, SCALE).map(json),
    mutated({ order: 'scale', nodes: { nobody: 2 } }).map(json),
  ]
  return fc.oneof(
    to(runs.worker, fc.oneof(...senselessOnes('worker'))),
    to(
      runs.spare,
      fc.oneof(
        ...senselessOnes('spare'),
        ...SPARE.map((order) => damaged(json(order))),
        fc.constantFrom(...STRANGE).map((text) => Buffer.from(text)),
      ),
    ),
    { weight: 1, arbitrary: to(runs.spare, fc.constantFrom(...SPARE).map(json)) },
    to('nobody', bytes),
  )
}
