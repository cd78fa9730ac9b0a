import { hostname } from 'node:os'
import type { NatsConnection } from '@nats-io/transport-node'
import type { Callback } from '../callback/index.js'
import { DaffiError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { assertToken, randomId } from '../core/names.js'
import { connectNats, type ServerAddress, type ServerInfo } from '../nats/index.js'
import { answerStatus } from '../status/index.js'
import {
  Link,
  Reception,
  writeStream,
  type Deliver,
  type StreamConnections,
  type StreamPorts,
} from '../stream/index.js'
import { Caller } from './caller.js'
import { runInContext, type Context } from './context.js'
import { encodeArguments } from './encode-arguments.js'
import type { Global } from './global.js'
import type { Job } from './jobs/job.js'
import { Jobs } from './jobs/jobs.js'
import { InFlight } from './in-flight.js'
import type { Modifier, ModifierKind } from './modifiers.js'
import { Parts } from './parts.js'
import type { Carrier } from './pending-call.js'
import type { Peers } from './presence/peers.js'
import { Presence } from './presence/presence.js'
import { Pulse } from './presence/pulse.js'
import type { PeerRecord } from './presence/record.js'
import { Registry } from './registry.js'
import { Replies } from './replies.js'
import { Responder } from './responder.js'
import { Schedules } from './schedules/schedules.js'
import { answerService } from './service.js'
import { streamItems, streamOptions } from './stream-call.js'

export interface JoinOptions {
  /** Where the server is, and what may be told of it. */
  server: { address: ServerAddress; info: ServerInfo }
  pipeline: string
  processName: string
  callbacks: readonly Callback[]
  log: Logger
  signal?: AbortSignal | undefined
  /** When this process is gone, so is ours: the heart's thread sees to it. */
  parentPid?: number | undefined
}

/** What stands behind a Global. */
export interface Membership {
  pipeline: string
  processName: string
  server: ServerInfo
  peers: Peers
  carrier: Carrier
  /** A durable job by its id. @throws DaffiError DAFFI_UNKNOWN_JOB */
  job: (id: string) => Promise<Job>
  schedules: Pick<Schedules, 'list' | 'find'>
  /** Puts new code in place of callbacks' old one, and tells the others how many arguments they take now. */
  renew: (callbacks: readonly Callback[]) => Promise<void>
  /** Finishes the running callbacks, leaves, and closes what was opened. */
  leave: () => Promise<void>
}

/**
 * Takes part in a pipeline under a name: connects, claims the name, offers the callbacks, and says hello.
 * @throws DaffiError DAFFI_DUPLICATE_NAME and what connecting throws
 */
export async function openMembership(
  options: JoinOptions,
  makeGlobal: (membership: Membership) => Global,
): Promise<Global> {
  const { server, pipeline, processName, log, signal, parentPid } = options
  assertToken('pipeline', pipeline)
  assertToken('node', processName)
  for (const { name } of options.callbacks) assertToken('callback', name)

  const registry = new Registry(options.callbacks)
  const record: PeerRecord = {
    name: processName,
    incarnation: randomId(),
    host: hostname(),
    pid: process.pid,
    callbacks: registry.arities(),
  }
  // Whatever is opened is pushed here, and closed in reverse: also when the rest fails to open.
  const opened: (() => unknown)[] = []
  const leave = async (): Promise<void> => {
    // What is opened while it leaves is closed as well.
    for (let close = opened.pop(); close; close = opened.pop()) await close()
  }
  try {
    const pulse = new Pulse({ address: server.address, pipeline, record, parentPid })
    opened.push(() => pulse.stop())
    const nc = await connectNats(server.address, { name: processName, noEcho: true, signal, log })
    opened.push(() => nc.close())
    const replies = new Replies(nc)
    opened.push(() => replies.close())
    await pulse.ready()

    const presence = new Presence({ nc, pipeline, record, log, onNameLost: (error) => g.fail(error) })
    opened.push(() => presence.leave())
    await presence.join()

    const ports = streamPorts(options, record, presence, pulse, opened)
    const leaving = new AbortController()
    const context = (from: string | undefined, abort: AbortSignal): Context => ({
      from,
      signal: abort,
      log,
      redelivered: false,
      g,
    })
    const parts = new Parts(nc)
    const inFlight = new InFlight({ nc, pipeline, node: processName, peers: presence.peers })
    void inFlight.followServer()
    const caller = new Caller({
      nc,
      pipeline,
      node: processName,
      peers: presence.peers,
      registry,
      replies,
      parts,
      inFlight,
      leaving: leaving.signal,
      ports,
      context,
    })
    const { peers } = presence
    const connect = once(() => connectBeside(options, 'jobs', opened))
    const jobs = new Jobs({
      nc,
      connect,
      pipeline,
      self: { node: processName, incarnation: record.incarnation },
      peers,
      registry,
      log,
      context,
    })
    opened.push(() => jobs.drain())
    const schedules = new Schedules({ nc, connect, pipeline, node: processName, registry, jobs, log })
    opened.push(() => schedules.drain())
    const g: Global = makeGlobal({
      pipeline,
      processName,
      server: server.info,
      peers,
      carrier: {
        send: sender(caller, { jobs, schedules, ports, peers }),
        items: (target) => caller.items(target),
      },
      job: (id) => jobs.find(id),
      schedules,
      renew: async (callbacks) => {
        registry.renew(callbacks)
        record.callbacks = registry.arities()
        await presence.update()
      },
      leave,
    })
    if (registry.names.length > 0) {
      const reception = new Reception(nc, ports, (open, abort) => {
        const callback = registry.get(open.call)
        if (!callback || open.yields) return undefined
        const deliver = itemRunner(callback, () => context(open.from, abort()))
        return { deliver, borrow: callback.options?.borrow ?? false }
      })
      opened.push(() => reception.close())
    }
    const { name, host, pid } = record
    opened.push(
      answerStatus(nc, pipeline, () => ({ what: 'node', name, host, pid, callbacks: registry.names })),
    )
    opened.push(answerService({ nc, pipeline, record, registry }))
    const responder = new Responder({
      nc,
      pipeline,
      node: processName,
      registry,
      log,
      ports,
      parts,
      leaving: leaving.signal,
      context,
    })
    opened.push(() => responder.drain())
    opened.push(() => leaving.abort(new DaffiError('DAFFI_CLOSED', `"${processName}" has left the pipeline`)))
    if (registry.names.length > 0) await Promise.all([jobs.offer(), schedules.offer()])
    // Callers may come as soon as the hello is out, so the server must have the subscriptions first.
    await nc.flush()
    presence.announce()
    pulse.beat()
    void rejoinOnReconnect(nc, presence, [jobs, schedules], (error) => g.fail(error))
    return g
  } catch (error) {
    await leave()
    throw error
  }
}

function sender(
  caller: Caller,
  { jobs, schedules, ports, peers }: { jobs: Jobs; schedules: Schedules; ports: StreamPorts; peers: Peers },
): Carrier['send'] {
  const is = <K extends ModifierKind>(modifier: Modifier, kind: K): modifier is Modifier<K> =>
    modifier.kind === kind
  return async (target, modifier) => {
    if (is(modifier, 'STREAM'))
      return await writeStream(streamItems(target), streamOptions(target, modifier.options), ports)
    if (is(modifier, 'BROADCAST')) return await caller.broadcast(target, modifier.options)
    if (is(modifier, 'NO_RETURN')) {
      await caller.noReturn(target, modifier.options)
      return
    }
    if (is(modifier, 'BG') && modifier.options.durable)
      return await jobs.submit(target, encodeArguments(target, peers), modifier.options)
    if (is(modifier, 'BG')) return await caller.background(target, modifier.options)
    if (is(modifier, 'PERIOD')) return await schedules.add(target, caller.prepare(target), modifier.options)
    if (is(modifier, 'FG')) return await caller.foreground(target, modifier.options)
    throw new DaffiError('DAFFI_USAGE', `there is no modifier "${modifier.kind}"`)
  }
}

/** What `open` gives, opened once; after a failure again. */
function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opening: Promise<T> | undefined
  return () =>
    (opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    }))
}

/** A connection besides the node's own, which is closed when everything else is. */
async function connectBeside(
  { server, processName, signal }: JoinOptions,
  what: string,
  opened: (() => unknown)[],
): Promise<NatsConnection> {
  const nc = await connectNats(server.address, { name: `${processName} (${what})`, signal })
  opened.unshift(() => nc.close())
  return nc
}

/** Opens the connections for streams at the first stream: most nodes never need them. */
function streamPorts(
  options: JoinOptions,
  { name, incarnation }: PeerRecord,
  { peers }: Presence,
  pulse: Pulse,
  opened: (() => unknown)[],
): StreamPorts {
  const { pipeline, log } = options
  const open = async (): Promise<StreamConnections> => {
    const connect = (what: string): Promise<NatsConnection> => connectBeside(options, what, opened)
    const [control, bulk] = await Promise.all([connect('streams'), connect('bulk')])
    return { control, bulk: new Link(bulk) }
  }
  return {
    pipeline,
    self: { name, incarnation },
    peers,
    log,
    connections: once(open),
    bequeath: (subject) => pulse.bequeath(subject),
    revoke: (subject) => pulse.revoke(subject),
  }
}

/** Runs the callback with one item after the other, in one context for the whole stream but for what is redelivered. */
function itemRunner(callback: Callback, makeContext: () => Context): Deliver {
  let context: Context | undefined
  return (item, redelivered = false) => {
    context ??= makeContext()
    // Looked up for each item, since it may be renewed.
    const { fn: run } = callback
    // A new one, as callbacks that have not finished yet may hold the old one.
    if (context.redelivered !== redelivered) context = { ...context, redelivered }
    return runInContext(context, () => run(item))
  }
}

async function rejoinOnReconnect(
  nc: NatsConnection,
  presence: Presence,
  others: { refresh: () => Promise<void> }[],
  onLost: (error: DaffiError) => void,
): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type !== 'reconnect') continue
    await presence.rejoin().catch((error: unknown) => {
      if (error instanceof DaffiError && error.code === 'DAFFI_DUPLICATE_NAME') onLost(error)
    })
    await Promise.allSettled(others.map((each) => each.refresh()))
  }
}
