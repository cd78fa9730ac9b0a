import { hostname } from 'node:os'
import type { NatsConnection } from '@nats-io/transport-node'
import { DaffiError } from '../../core/errors.js'
import { assertToken, randomId } from '../../core/names.js'
import { connectNats } from '../../nats/index.js'
import { answerStatus } from '../../status/index.js'
import { Reception } from '../../stream/index.js'
import type { Calling } from '../caller/caller-context.js'
import { InFlight } from '../caller/in-flight.js'
import { OwnCalls } from '../invoke/local-calls.js'
import { Replies } from '../caller/replies.js'
import { Requests } from '../caller/requests.js'
import { makeCarrier } from './call-dispatcher.js'
import { connectBeside, once } from './side-connection.js'
import type { Abort, Run } from '../api/context.js'
import { Jobs } from '../jobs/jobs.js'
import type { JoinOptions } from './join-options.js'
import type { Member } from '../api/pipeline-client.js'
import type { Membership } from '../api/client-backend.js'
import { Parts } from '../wire/payload-transfer.js'
import { Presence } from '../presence/presence.js'
import { Pulse } from '../presence/heartbeat-thread.js'
import type { PeerRecord } from '../presence/peer-record.js'
import { itemRunner } from '../responder/item-runner.js'
import { Registry } from '../invoke/registry.js'
import { Responder } from '../responder/responder.js'
import { answerService } from '../responder/service.js'
import { Schedules } from '../schedules/schedules.js'
import { streamPorts } from './stream-ports.js'

/**
 * Takes part in a pipeline under a name: connects, claims the name, offers the callbacks, and says hello.
 * @throws DaffiError DAFFI_DUPLICATE_NAME and what connecting throws
 */
export async function openMembership<M extends Member>(
  options: JoinOptions,
  makeMember: (membership: Membership) => M,
): Promise<M> {
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
    const { peers } = presence
    const leaving = new AbortController()
    const makeRun = (from: string | undefined, abort: Abort): Run => ({
      from,
      abort,
      log,
      redelivered: false,
      g,
    })
    const parts = new Parts(nc)
    const inFlight = new InFlight({ nc, pipeline, node: processName, peers })
    void inFlight.followServer()
    const connect = once(() => connectBeside(options, 'jobs', opened))
    const jobs = new Jobs({
      nc,
      connect,
      pipeline,
      self: { node: processName, incarnation: record.incarnation },
      peers,
      registry,
      log,
      makeRun,
    })
    opened.push(() => jobs.close())
    const schedules = new Schedules({ nc, connect, pipeline, node: processName, registry, jobs, log })
    const calling: Calling = {
      nc,
      pipeline,
      node: processName,
      peers,
      replies,
      parts,
      inFlight,
      requests: new Requests({ nc, pipeline, node: processName, parts, inFlight }),
      own: new OwnCalls({ node: processName, peers, registry, leaving: leaving.signal, log, makeRun }),
      ports,
      leaving: leaving.signal,
    }
    const g: M = makeMember({
      pipeline,
      processName,
      server: server.info,
      peers,
      carrier: makeCarrier(calling, { jobs, schedules }),
      job: (id) => jobs.find(id),
      schedules,
      renew: async (callbacks) => {
        registry.renew(callbacks)
        record.callbacks = registry.arities()
        await presence.update()
      },
      leave,
    })
    const receive = (): Reception =>
      new Reception(nc, ports, (open, abort) => {
        const callback = registry.get(open.call)
        if (!callback || open.yields) return undefined
        const deliver = itemRunner(callback, () => makeRun(open.from, { signal: abort() }))
        return { deliver, borrow: callback.options?.borrow ?? false }
      })
    const reception = registry.names.length > 0 ? receive() : undefined
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
      makeRun,
    })
    // Side by side, as each of them has the same time to finish.
    opened.push(() => Promise.all([responder.drain(), reception?.close(), schedules.drain(), jobs.drain()]))
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
