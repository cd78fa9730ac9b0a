import { decode, encode } from './messagepack.js'
import fc from 'fast-check'
import { ordersFor } from './orders.js'
import { statesFor } from './states.js'
import { bytes, damaged, mutated, odd, senseless } from './values.js'

/** Forms of messages whose sense must not be known to anybody but the pipeline: a valid one would change its accounts. */
const OPEN = {
  id: 'name',
  call: 'name',
  from: 'name',
  buffer: 'count',
  yields: 'flag',
  retry: 'map',
  to: 'list',
}
const PART = {
  accepts: 'count',
  first: 'count',
  count: 'count',
  bytes: 'count',
  offset: 'count',
  length: 'count',
  ref: 'list',
}
const MARK = { count: 'count', inOrder: 'flag', marks: 'list' }
const PASSED = { attach: 'count', given: 'count', marks: 'list' }
const END = { count: 'count', cut: 'flag', closed: 'flag' }
const PROGRESS = {
  node: 'name',
  attach: 'count',
  earlier: 'list',
  loaded: 'count',
  processed: 'count',
}
const DURABLE_PROGRESS = { node: 'name', reader: 'name', position: 'count', floor: 'count', failed: 'count' }
const HELLO = {
  name: 'name',
  incarnation: 'name',
  host: 'text',
  pid: 'count',
  graceMs: 'count',
  callbacks: 'map',
}
const GOODBYE = { name: 'name', id: 'name' }
const RECORD = { run: 'name', writer: 'name', start: 'count' }

const ID = 'ghost-1'
const GHOST_SESSION = 'ghost-2'
const marks = [['numbers', 1, 1]]
const json = (value) =>
  Buffer.from(JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? Number(part) : part)) ?? '')
/** Encoded as far as the encoder allows; what it refuses is sent as JSON. */
const packed = (value) => {
  try {
    return encode(value)
  } catch {
    return Buffer.from(String(value))
  }
}

const nothing = fc.constant({})
const message = (subject, payload, headers = nothing) =>
  fc.record({ subject: typeof subject === 'string' ? fc.constant(subject) : subject, payload, headers })

/** Any payload: bytes of all kinds, and valid values that were changed. */
const free = (value, pack) => fc.oneof(bytes, damaged(pack(value)), mutated(value).map(pack))
const strict = (value, form, pack) =>
  fc.oneof(
    bytes.filter((each) => !isMap(each, pack)),
    senseless(value, form).map(pack),
  )

function isMap(payload, pack) {
  try {
    const value = pack === json ? JSON.parse(payload) : decode(payload)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** Header values, without what the client itself refuses to send. */
const oddText = fc
  .oneof(odd.map(String), fc.string({ maxLength: 40 }))
  .map((text) => text.replaceAll(/[\r\n]/g, ''))
const oddHeaders = (...names) => fc.dictionary(fc.constantFrom(...names), oddText, { maxKeys: 3 })

/** Groups of messages that can be sent alone: orders to runs, what is kept of states, and all else. */
export const TARGETS = ['protocol', 'control', 'state']

/**
 * Makes messages of the kinds that the protocol has.
 * @param seen what the pipeline itself has sent: the latest message of each kind, and the ids of its streams and runs
 * @param targets groups of messages to be made
 */
export function messagesFor(p, seen, targets) {
  const groups = {
    protocol: { weight: 36, make: () => protocolMessages(p, seen) },
    control: { weight: 2, make: () => ordersFor(p, seen.get('runs')) },
    state: { weight: 2, make: () => statesFor(p, ['worker', 'program'], seen.get('states')) },
  }
  return fc.oneof(
    ...targets.map((target) => ({ weight: groups[target].weight, arbitrary: groups[target].make() })),
  )
}

function protocolMessages(p, seen) {
  const known = (kind) => seen.get(kind)
  const streams = known('streams') ?? { transient: [ID], durable: [ID] }
  const [transient = ID] = streams.transient
  const [durable = ID] = streams.durable
  const open = known('open') ?? { id: ID, call: 'take', from: 'judge', to: ['x'] }
  const ghost = { ...(known('durableOpen') ?? open), id: GHOST_SESSION }
  const part = known('part') ?? { what: 'part', ref: [] }
  const call = fc.constantFrom(
    'call.add',
    'call.echo',
    'call.count',
    'call.fail',
    'all.echo',
    'node.worker.call.echo',
    'node.worker.any.add',
    'node.program.any.echo',
    'node.worker.any.nobody',
  )
  const headersOfCall = oddHeaders('Daffi-Eta', 'Daffi-Items', 'Daffi-Receipt', 'Daffi-Passed', 'Daffi-Parts')
  const args = fc.oneof(free([1, 2, 'text', { a: [1] }], packed), free([1, 2], json))
  const job = { sequence: 1, state: 'running', node: 'worker', incarnation: 'x' }
  const jobSubject = fc
    .constantFrom('ghost', 'job-1', 'a%b', 'ü')
    .chain((id) =>
      fc.constantFrom(`${id}.call.add`, `${id}.node.worker.add`, `${id}.part.0`, `${id}.call.nobody`),
    )
  const schedule = {
    uuid: 'ghost',
    callback: 'add',
    to: null,
    from: 'judge',
    cancelled: false,
    spec: { intervalMs: 3_600_000 },
  }
  const hello = known('hello') ?? {
    name: 'ghost',
    incarnation: 'x',
    host: 'h',
    pid: 1,
    processTable: 'x',
    started: null,
    graceMs: 1,
    callbacks: {},
  }
  const header = known('durable') ?? { run: 'x', writer: 'x', start: 1, what: 'end', count: 1 }
  const on = (id, what) => `daffi.${p}.stream.${id}.${what}`
  return fc.oneof(
    // Calls.
    {
      weight: 4,
      arbitrary: message(
        call.map((name) => `daffi.${p}.${name}`),
        args,
        headersOfCall,
      ),
    },
    message(
      fc
        .constantFrom(
          'node.worker.running',
          'node.program.running',
          'cancel',
          'wake',
          'wake.schedule',
          'status',
        )
        .map((name) => `daffi.${p}.${name}`),
      free(['x'], json),
    ),
    message(
      fc.constantFrom('PING', 'INFO', 'STATS').map((verb) => `$SRV.${verb}.daffi_${p}`),
      bytes,
    ),
    message(
      fc
        .constantFrom('worker', 'program')
        .map((node) => `daffi.${p}.node.${node}.ping.${seen.get(node) ?? 'x'}`),
      bytes,
    ),
    // Presence.
    message(`daffi.${p}.presence.hello`, strict(hello, HELLO, json)),
    message(`daffi.${p}.presence.beat`, free({ name: 'ghost', id: ID, blockedMs: 1 }, json)),
    message(
      `daffi.${p}.presence.goodbye`,
      strict({ name: hello.name, id: hello.incarnation }, GOODBYE, json),
    ),
    message(
      fc.constantFrom('ghost', 'a%b', 'worker', 'a.b', 'ü').map((key) => `$KV.daffi_${p}_names.${key}`),
      strict(hello, HELLO, json),
    ),
    // Streams that are watched, and one that nobody knows.
    message(on(transient, 'open'), strict(open, OPEN, packed)),
    message(on(ID, 'open'), free({ ...open, id: ID, to: [seen.get('worker') ?? 'x'], call: 'echo' }, packed)),
    // An invitation to the store of the kept stream, by somebody else than its writer.
    message(
      on(GHOST_SESSION, 'open'),
      fc.oneof(
        fc.constantFrom('keep', 'echo').map((name) => packed({ ...ghost, call: name })),
        free(ghost, packed),
      ),
    ),
    {
      weight: 2,
      arbitrary: message(
        on(transient, 'chunk'),
        fc.oneof(
          bytes.filter((each) => !isList(each)),
          senseless(part, PART).map((each) => packed([each])),
          senseless({ what: 'mark', count: 1, inOrder: true, marks }, MARK).map((each) => packed([each])),
          senseless({ what: 'passed', attach: 1, given: 1, marks }, PASSED).map((each) => packed([each])),
        ),
      ),
    },
    message(on(transient, 'end'), strict({ count: 1, error: null, cut: false, closed: false }, END, packed)),
    {
      weight: 2,
      arbitrary: message(on(transient, 'progress'), strict(known('progress') ?? {}, PROGRESS, packed)),
    },
    {
      weight: 2,
      arbitrary: message(
        on(durable, 'progress'),
        strict(known('durableProgress') ?? {}, DURABLE_PROGRESS, packed),
      ),
    },
    message(
      fc.constantFrom(transient, durable).map((id) => on(id, 'newest')),
      free({ from: 2 ** 50, lane: 'shm' }, packed),
    ),
    message(on(transient, 'copy'), free({ ref: [3, 0, 2, 4096, 2, 2], offset: 0, length: 10 }, packed)),
    message(
      fc.constantFrom('x', '-1', '99999999').map((number) => on(transient, `data.${number}`)),
      bytes,
    ),
    message(
      on('kept', 'durable'),
      bytes,
      fc.oneof(
        nothing,
        oddHeaders('Daffi-Durable'),
        senseless(header, RECORD).map((each) => ({ 'Daffi-Durable': JSON.stringify(each) })),
      ),
    ),
    // What is stored.
    message(
      jobSubject.map((name) => `daffi.${p}.job.${name}`),
      args,
      oddHeaders('Daffi-Due', 'Daffi-Timeout', 'Daffi-Retry', 'Daffi-Stored', 'Daffi-From'),
    ),
    message(
      fc.constantFrom('ghost', 'job-1', 'a%b').map((id) => `$KV.daffi_${p}_results.${id}`),
      free(job, packed),
    ),
    message(
      fc.constantFrom('ghost', 'a%b').map((id) => `daffi.${p}.schedule.${id}`),
      free(schedule, json),
    ),
    message(
      fc.constantFrom('ghost.add', 'a%b.add', 'ghost.ü').map((id) => `daffi.${p}.due.${id}`),
      args,
      oddHeaders('Daffi-To', 'Daffi-From'),
    ),
    message(
      fc.constantFrom('worker.x.1', 'job.ghost').map((id) => `daffi.${p}.dead.${id}`),
      bytes,
      oddHeaders('Daffi-Dead'),
    ),
  )
}

function isList(payload) {
  try {
    return Array.isArray(decode(payload)) && payload.length > 1
  } catch {
    return false
  }
}
