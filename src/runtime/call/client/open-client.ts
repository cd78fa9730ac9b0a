import { addAbortListener, setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import type { Callback } from '../../callback/index.js'
import { DaffiError, messageOf } from '../../core/errors.js'
import type { StageCounts } from '../../core/plan/summary.js'
import { bounded } from '../../core/timeout.js'
import { assertCallbackName, assertToken, randomId } from '../../core/names.js'
import { ownIdentity } from '../../core/process/process-identity.js'
import { UnixChannels } from '../../unix/index.js'
import { connectNats, joinError } from '../../nats/index.js'
import { answerStatus } from '../../status/index.js'
import type { ClientBackend } from '../api/client-backend.js'
import type { MakeInvocation } from '../api/context.js'
import type { PipelineClient } from '../api/pipeline-client.js'
import { CallChannels } from '../channels/call-channels.js'
import type { CallerContext } from '../caller/caller-context.js'
import { InFlight } from '../caller/in-flight.js'
import { Replies } from '../caller/replies.js'
import { OutgoingCalls } from '../caller/outgoing-calls.js'
import { Router } from '../caller/router.js'
import { beforeFirstRun } from '../invoke/before-first-run.js'
import { CallsMade } from '../invoke/calls-made.js'
import { LocalCalls } from '../invoke/local-calls.js'
import { Registry } from '../invoke/registry.js'
import { Jobs } from '../jobs/jobs.js'
import { HeartbeatThread } from '../presence/heartbeat-thread.js'
import type { PeerRecord } from '../presence/peer-record.js'
import type { PeerTable } from '../presence/peer-table.js'
import { Presence } from '../presence/presence.js'
import { receiveStreams } from '../responder/receive-streams.js'
import { CallPassing } from '../responder/call-passing.js'
import { ReplySender } from '../responder/reply-sender.js'
import { Responder } from '../responder/responder.js'
import { answerService } from '../responder/service.js'
import { Schedules } from '../schedules/schedules.js'
import { openTracer } from '../trace/tracer.js'
import { PayloadTransfers } from '../wire/payload-transfer.js'
import { SendWindow } from '../wire/send-window.js'
import { GRACE_MS, TIMING } from '../wire/timing.js'
import { makeDispatcher } from './call-dispatcher.js'
import type { JoinOptions } from './join-options.js'
import { Lifetime } from './lifetime.js'
import { recheckRepeatedly, rejoinAfterBreaks } from './rejoin.js'
import { processUsage } from './process-usage.js'
import { once, sideConnection } from './side-connection.js'
import { streamPorts } from './stream-ports.js'

/** The backend of a client, with the whole table of peers. */
export type OpenedBackend = ClientBackend & { peers: PeerTable; lifetime: Lifetime }

/** Control over a node that only its host has. */
export interface HostControl {
  /** Id of this life of the node's process. */
  incarnation: string
  /**
   * Replaces the code of callbacks that the node offers, and announces their arities; running calls are not affected.
   */
  renew: (callbacks: readonly Callback[]) => Promise<void>
  /** Accounts of the callbacks whose results are streamed on, by name. */
  stages: () => Record<string, StageCounts>
  /** Leaves the streams that callbacks get, as at the end of the membership, which goes on. */
  leaveStreams: () => Promise<void>
  /** Called before code that may block the loop first runs: the heartbeats go on meanwhile. */
  beforeUserCode: () => void
  /** Leaves because of an error, which `join` throws. */
  fail: (error: DaffiError) => void
}

/**
 * Joins a pipeline under a name: connects, claims the name, offers the callbacks, and publishes the hello.
 * @param makeClient called before the first call can come
 * @throws DaffiError DAFFI_DUPLICATE_NAME, DAFFI_NO_SERVER when the server goes away meanwhile, and those of connecting
 */
export async function openClient<G extends PipelineClient>(
  options: JoinOptions,
  makeClient: (backend: OpenedBackend) => G,
): Promise<{ g: G; control: HostControl }> {
  const { server, pipeline, processName, log, signal, parentPid } = options
  const { shutdownMs = TIMING.shutdownMs } = options
  const timing = { ...TIMING, shutdownMs, ...options.timing }
  assertToken('pipeline', pipeline)
  assertToken('node', processName)
  for (const { name } of options.callbacks) assertCallbackName(name)

  const tracer = await openTracer({ pipeline, node: processName })
  let heartbeat: HeartbeatThread | undefined
  const beforeUserCode = (): void => heartbeat?.startThread()
  const registry = new Registry(beforeFirstRun(options.callbacks, beforeUserCode), tracer)
  for (const { callback, items } of options.results ?? []) registry.stage(callback).add(items, false)
  const record: PeerRecord = {
    name: processName,
    incarnation: randomId(),
    host: hostname(),
    ...ownIdentity(),
    graceMs: options.graceMs ?? GRACE_MS,
    callbacks: registry.arities(),
  }
  // Aborts at the very end: connections that are waited for while the server is away are then needed no more.
  const over = new AbortController()
  // Functions that close what was opened, called in reverse: also when the rest fails to open.
  const opened: (() => unknown)[] = [() => over.abort(closed()), () => tracer?.flush()]
  const leave = async (): Promise<void> => {
    // Connections that are opened while the node leaves are closed as well.
    for (let close = opened.pop(); close; close = opened.pop()) await close()
  }
  const lifetime = new Lifetime(leave)
  const closed = (): DaffiError =>
    lifetime.failure ?? new DaffiError('DAFFI_CLOSED', `"${processName}" has left the pipeline`)
  // While the node opens, there is nobody else who would be told why it fails.
  const failing = new AbortController()
  setMaxListeners(0, failing.signal)
  const fail = (error: DaffiError): void => failing.abort(error)
  const side = {
    ...options,
    signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal,
    onRefused: fail,
  }
  const open = async (): Promise<{ g: G; control: HostControl }> => {
    const unix = await UnixChannels.open(record.incarnation, log)
    if (unix) record.socket = unix.address
    opened.push(() => unix?.close())
    const nc = await connectNats(server.address, {
      name: processName,
      noEcho: true,
      signal,
      log,
      onRefused: fail,
    })
    opened.push(() => nc.close())
    const replies = new Replies(nc, processName)
    opened.push(() => replies.close())
    const thread = new HeartbeatThread({
      nc,
      address: server.address,
      pipeline,
      record,
      parentPid,
      log,
      timing,
      onRefused: fail,
    })
    heartbeat = thread
    opened.push(() => thread.stop())

    const presence = new Presence({ nc, pipeline, record, log, timing, onNameLost: fail })
    opened.push(() => presence.leave())
    await presence.join()

    const ports = streamPorts(side, record, presence, thread, unix, opened)
    const { peers } = presence
    const leaving = new AbortController()
    setMaxListeners(0, leaving.signal)
    const makeInvocation: MakeInvocation = (callback, from, abort) => ({
      callback,
      from,
      abort,
      log,
      redelivered: false,
      origin: undefined,
      origins: undefined,
      state: undefined,
      traceparent: undefined,
      g,
    })
    const channels = unix && new CallChannels({ unix, peers })
    opened.push(() => channels?.end())
    const node = { nc, pipeline, node: processName, peers, channels, registry, log, timing, tracer }
    const payloads = new PayloadTransfers(nc, peers)
    const window = new SendWindow(node)
    const inFlight = new InFlight({ ...node, replies })
    opened.push(() => inFlight.close(closed()))
    void inFlight.followServer()
    const connect = once(() => sideConnection(side, 'jobs', opened))
    const self = { node: processName, incarnation: record.incarnation }
    const jobs = new Jobs({ ...node, connect, self, makeInvocation })
    opened.push(() => jobs.close(closed()))
    const schedules = new Schedules({ ...node, connect, jobs })
    const local = new LocalCalls({ ...node, leaving: leaving.signal, makeInvocation })
    const router = new Router({ ...node, window, payloads, local, inFlight, leaving: leaving.signal })
    const made = new CallsMade()
    const caller: CallerContext = {
      ...node,
      inFlight,
      outgoing: new OutgoingCalls({ ...node, payloads, inFlight, replies, router, window }),
      local,
      ports,
      leaving: leaving.signal,
      failing: failing.signal,
    }
    const g: G = makeClient({
      pipeline,
      processName,
      server: server.info,
      peers,
      dispatcher: makeDispatcher(caller, { jobs, schedules, tracer, made }),
      job: (id) => jobs.find(id),
      schedules,
      lifetime,
    })
    const streamReceiver =
      registry.names.length > 0 ? receiveStreams(nc, ports, { registry, makeInvocation }) : undefined
    const { name, host, pid } = record
    const leaveStreams = async (): Promise<void> => {
      await streamReceiver
        ?.close(timing.shutdownMs)
        .catch((error: unknown) => log.debug(`leaving streams: ${messageOf(error)}`))
    }
    opened.push(
      answerStatus(nc, pipeline, () => {
        const { names: callbacks, stages, calls } = registry
        const usage = processUsage(thread.loopDelayMs)
        return { what: 'node', name, host, pid, callbacks, stages, calls, made: made.list, usage }
      }),
    )
    opened.push(answerService({ nc, pipeline, record, registry }))
    const responder = new Responder({
      ...node,
      ports,
      payloads,
      replies: new ReplySender({ ...node, payloads, window }),
      passing: new CallPassing({ ...node, window }),
      leaving: leaving.signal,
      makeInvocation,
    })
    // In parallel, as each of them has the same time to finish.
    opened.push(() => Promise.all([responder.drain(), leaveStreams(), schedules.drain(), jobs.drain()]))
    opened.push(() => leaving.abort(closed()))
    if (registry.names.length > 0) await Promise.all([jobs.offer(), schedules.offer()])
    // Calls may come as soon as the hello is out, so the server must have the subscriptions first.
    await nc.flush()
    presence.announce()
    // The server refuses before it answers this. The client passes that on a turn later.
    await nc.flush()
    await setImmediate()
    thread.start()
    rejoinAfterBreaks({ nc, heartbeat: thread, presence, others: [jobs, schedules] })
    const rechecks = [() => presence.recheck(), () => jobs.recheck(), () => schedules.refresh()]
    void recheckRepeatedly(rechecks, timing.recheckMs, leaving.signal)
    addAbortListener(failing.signal, () => {
      const error = failing.signal.reason as DaffiError
      inFlight.close(error)
      jobs.close(error)
      lifetime.fail(error)
    })
    const renew = async (callbacks: readonly Callback[]): Promise<void> => {
      registry.renew(callbacks)
      record.callbacks = registry.arities()
      await presence.update()
    }
    const stages = (): Record<string, StageCounts> => registry.stages
    const { incarnation } = record
    return { g, control: { incarnation, renew, stages, leaveStreams, beforeUserCode, fail } }
  }
  const opening = open()
  try {
    return await bounded(opening, { signal: failing.signal, what: `joining "${pipeline}"` })
  } catch (error) {
    // Bounded, since it is the error that the caller waits for, and a connection that is refused things may answer nothing.
    await bounded(leave(), { timeoutMs: timing.goodbyeMs, what: 'closing what was opened' }).catch(
      (reason: unknown) => log.debug(messageOf(reason)),
    )
    // What is still being opened is closed, too. It is not waited for: a flush on a connection that is closed meanwhile never ends.
    void opening.then(leave, leave)
    throw joinError(server.info.url, error)
  }
}
