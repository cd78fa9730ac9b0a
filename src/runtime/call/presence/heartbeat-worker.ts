import { parentPort, workerData } from 'node:worker_threads'
import { toErrorRecord } from '../../core/errors.js'
import { connectNats } from '../../nats/index.js'
import { HAS_THREAD, HeartbeatSender } from './heartbeat-sender.js'
import type { HeartbeatData, MessageToWorker, MessageFromWorker } from './heartbeat-thread.js'

/**
 * The node's heartbeat, in a thread of its own: it continues while a callback blocks the main loop, and it ends the
 * process when the parent is gone, since nothing else can in a busy loop.
 */
const { address, ...data } = workerData as HeartbeatData
const lastWills = new Set<string>()

const nc = await connectNats(address, {
  name: `${data.record.name} (heartbeat)`,
  onRefused: (error) =>
    parentPort?.postMessage({ refused: toErrorRecord(error) } satisfies MessageFromWorker),
})
const sender = new HeartbeatSender({
  ...data,
  nc,
  lastWills,
  inLoop: false,
  onStoodStill: () => parentPort?.postMessage('stoodStill' satisfies MessageFromWorker),
})
parentPort?.on('message', (message: MessageToWorker) => {
  if (message.kind === 'setLastWill') lastWills.add(message.subject)
  else if (message.kind === 'clearLastWill') lastWills.delete(message.subject)
  else void stop()
})
sender.start()
// Only then does the main loop leave it to this thread to answer.
await nc.flush()
Atomics.store(data.shared, HAS_THREAD, 1n)
parentPort?.postMessage('ready' satisfies MessageFromWorker)

async function stop(): Promise<void> {
  sender.stop()
  parentPort?.close()
  await nc.close()
}
