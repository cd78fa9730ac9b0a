import { parentPort, workerData } from 'node:worker_threads'
import { toErrorRecord } from '../../core/errors.js'
import { connectNats, listen, payloadLimit } from '../../nats/index.js'
import { pagesOf, pingSubject, presenceSubject, type Goodbye, type Heartbeat } from './peer-record.js'
import type { HeartbeatData, HeartbeatMessage, WorkerMessage } from './heartbeat-thread.js'

/**
 * The node's heartbeat, in a thread of its own: it continues while a callback blocks the main loop, and it ends the
 * process when the parent is gone, since nothing else can in a busy loop.
 */
const PARENT_CHECK_MS = 250
const SHUTDOWN_GRACE_MS = 1000
/** Heartbeats of which none was sent, after which this process must have stood still. */
const STOOD_STILL = 3

const { address, pipeline, record, loop, parentPid, heartbeatMs } = workerData as HeartbeatData
const lastWills = new Set<string>()

const nc = await connectNats(address, {
  name: `${record.name} (heartbeat)`,
  onRefused: (error) => parentPort?.postMessage({ refused: toErrorRecord(error) } satisfies WorkerMessage),
})

const pages = pagesOf(record, payloadLimit(nc))
listen(nc, pingSubject(pipeline, record), (message) =>
  message.respond(pages[Number(message.string())] ?? pages[0]),
)

let heartbeatTimer: NodeJS.Timeout | undefined
/** Time of the last heartbeat by the clock, which goes on while the computer sleeps. */
let lastHeartbeat: number | undefined
/** Time since which this process has run without standing still, by the clock of `loop`. */
let runningSince = 0n

/** Waits for the next full second, so that the heartbeats of many nodes come together and wake each of them once. */
function scheduleHeartbeat(): void {
  heartbeatTimer = setTimeout(publishHeartbeat, heartbeatMs - (Date.now() % heartbeatMs))
}

function publishHeartbeat(): void {
  scheduleHeartbeat()
  const now = Date.now()
  // The process was stopped, or the computer asleep: the others may have given it up.
  if (lastHeartbeat !== undefined && now - lastHeartbeat > STOOD_STILL * heartbeatMs) {
    runningSince = process.hrtime.bigint()
    parentPort?.postMessage('stoodStill' satisfies WorkerMessage)
  }
  lastHeartbeat = now
  const message: Heartbeat = { name: record.name, id: record.incarnation, blockedMs: blockedMs() }
  if (!nc.isClosed()) nc.publish(presenceSubject(pipeline, 'beat'), JSON.stringify(message))
}

/** Time for which the loop has not turned at least: it is only known to turn once in a heartbeat, and not while the process stood still. */
function blockedMs(): number {
  const lastTurn = Atomics.load(loop, 0)
  const since = lastTurn > runningSince ? lastTurn : runningSince
  const ms = Math.round(Number(process.hrtime.bigint() - since) / 1e6)
  return ms < 2 * heartbeatMs ? 0 : ms - heartbeatMs
}

const watching =
  parentPid === undefined
    ? undefined
    : setInterval(() => {
        if (process.ppid !== parentPid) void dieWithParent()
      }, PARENT_CHECK_MS)

parentPort?.on('message', (message: HeartbeatMessage) => {
  if (message.kind === 'setLastWill') lastWills.add(message.subject)
  else if (message.kind === 'clearLastWill') lastWills.delete(message.subject)
  else if (message.kind === 'beat') scheduleHeartbeat()
  else void stop()
})
parentPort?.postMessage('ready' satisfies WorkerMessage)

async function dieWithParent(): Promise<void> {
  clearInterval(watching)
  // A heartbeat after the goodbye would be that of an unknown peer.
  clearTimeout(heartbeatTimer)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), SHUTDOWN_GRACE_MS)
  const goodbye: Goodbye = { name: record.name, id: record.incarnation }
  nc.publish(presenceSubject(pipeline, 'goodbye'), JSON.stringify(goodbye))
  // Loaded only now, since every node would keep them in memory a second time.
  const [{ NameRegistry }, { removeSocket }] = await Promise.all([
    import('./name-registry.js'),
    import('../../unix/index.js'),
  ])
  if (record.socket) await removeSocket(record.socket.path)
  await new NameRegistry(nc, pipeline).release(record).catch(() => undefined)
  // Published at the very end, since the main loop may still use what the wills delete.
  for (const subject of lastWills) nc.publish(subject)
  await nc.flush().catch(() => undefined)
  process.kill(process.pid, 'SIGKILL')
}

async function stop(): Promise<void> {
  clearTimeout(heartbeatTimer)
  clearInterval(watching)
  parentPort?.close()
  await nc.close()
}
