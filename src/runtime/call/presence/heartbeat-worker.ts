import { parentPort, workerData } from 'node:worker_threads'
import { toErrorRecord } from '../../core/errors.js'
import { connectNats } from '../../nats/index.js'
import { HAS_THREAD, Heartbeat } from './heartbeat.js'
import type { HeartbeatData, HeartbeatMessage, WorkerMessage } from './heartbeat-thread.js'

/**
 * The node's heartbeat, in a thread of its own: it continues while a callback blocks the main loop, and it ends the
 * process when the parent is gone, since nothing else can in a busy loop.
 */
const { address, ...data } = workerData as HeartbeatData
const lastWills = new Set<string>()

const nc = await connectNats(address, {
  name: `${data.record.name} (heartbeat)`,
  onRefused: (error) => parentPort?.postMessage({ refused: toErrorRecord(error) } satisfies WorkerMessage),
})
const heartbeat = new Heartbeat({
  ...data,
  nc,
  lastWills,
  inLoop: false,
  onStoodStill: () => parentPort?.postMessage('stoodStill' satisfies WorkerMessage),
})
parentPort?.on('message', (message: HeartbeatMessage) => {
  if (message.kind === 'setLastWill') lastWills.add(message.subject)
  else if (message.kind === 'clearLastWill') lastWills.delete(message.subject)
  else void stop()
})
heartbeat.start()
// Only then does the main loop leave it to this thread to answer.
await nc.flush()
Atomics.store(data.shared, HAS_THREAD, 1n)
parentPort?.postMessage('ready' satisfies WorkerMessage)

async function stop(): Promise<void> {
  heartbeat.stop()
  parentPort?.close()
  await nc.close()
}
