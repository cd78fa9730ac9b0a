import { withCaller } from '../lib/sides.js'
import { compareEach } from '../lib/statistics.js'

const p50 = { figure: 'p50', unit: 'us' }
const p99 = { figure: 'p99', unit: 'us', suffix: '.p99' }
const rate = { figure: 'rate', unit: 'calls/s' }

/**
 * `add(1, 2)` by daffi, beside a program that sends [1, 2] in JSON by NATS.js alone: a request to a queue group; a request
 * whose answers all go to one inbox; a message of a work queue on file, whose result is on file before it is acknowledged. A 1080p frame is
 * sent for its length.
 * Where it is not said to go through the server, daffi's own goes over a Unix channel. (daffi notes on file who has a job besides, so that it is not run twice.) `count` is calls of a run.
 */
const CALLS = [
  {
    name: 'call.fg.vs_request',
    order: { call: 'request', count: 10_000 },
    callees: 1,
    figures: [
      { ...p50, target: '<= 1.3 x' },
      { ...p99, target: '<= 1.3 x' },
    ],
  },
  {
    name: 'call.fg.concurrent.vs_request',
    order: { call: 'request', count: 50_000, inFlight: 100 },
    callees: 1,
    figures: [{ ...rate, target: '>= 0.7 x' }],
  },
  {
    name: 'call.fg.server.vs_request',
    order: { call: 'request', count: 10_000 },
    callees: 1,
    throughServer: true,
    figures: [
      { ...p50, target: '<= 1.3 x' },
      { ...p99, target: '<= 1.3 x' },
    ],
  },
  {
    name: 'call.fg.server.concurrent.vs_request',
    order: { call: 'request', count: 50_000, inFlight: 100 },
    callees: 1,
    throughServer: true,
    figures: [{ ...rate, target: '>= 0.7 x' }],
  },
  {
    name: 'call.fg.frame.vs_request',
    order: { call: 'frame', count: 200 },
    callees: 1,
    figures: [{ ...p50, target: '<= 1 x' }],
  },
  {
    name: 'call.broadcast9.vs_requests',
    order: { call: 'broadcast', count: 2000 },
    callees: 9,
    figures: [p50],
  },
  {
    name: 'call.bg.durable.vs_js',
    order: { call: 'job', count: 3000, inFlight: 100 },
    callees: 1,
    figures: [{ ...rate, unit: 'jobs/s' }],
  },
]

export const callRows = CALLS.map(({ name, ...call }) => ({
  name,
  measure: (context) => measure(name, call, context),
}))

/** A first run of each is not counted: it finds the code cold. */
async function measure(name, { order, callees, throughServer, figures }, { address, pairs, profile }) {
  const setup = { address, callees, throughServer, profile }
  return await withCaller('daffi', setup, (daffi) =>
    withCaller('raw', setup, async (raw) => {
      await raw.tell(order)
      await daffi.tell(order)
      const results = await compareEach({ pairs, ours: () => daffi.tell(order), raw: () => raw.tell(order) })
      return figures.map(({ figure, unit, suffix = '', target }) => ({
        name: `${name}${suffix}`,
        unit,
        target,
        ...results[figure],
      }))
    }),
  )
}
