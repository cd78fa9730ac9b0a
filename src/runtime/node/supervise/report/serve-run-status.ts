import type { NatsConnection } from '@nats-io/transport-node'
import { followHeartbeats, type Heartbeat } from '../../../call/index.js'
import type { Logger } from '../../../core/logger.js'
import { connectNats, type ServerHandle } from '../../../nats/index.js'
import { answerOrders, type RunFile, type RunOrder } from '../../../runs/index.js'
import { answerStatus } from '../../../status/index.js'
import type { RunEvent } from './run-events.js'
import { RunRecord } from './run-record.js'

interface RunStatusOptions {
  /** Gets every event after it was recorded. */
  onEvent: (event: RunEvent) => void
  /** Aborts connecting. */
  stop: AbortSignal
  /** Rejects when the run may not be there, before anybody is answered. */
  mayServe: (nc: NatsConnection) => Promise<void>
  /** Is told of orders that make no sense. */
  log: Logger
}

interface RunStatusService {
  /** Records an event of the run, and passes it on. */
  onEvent: (event: RunEvent) => void
  /** Takes orders from now on, as `answerOrders` does. */
  takeOrders: (obey: (order: RunOrder) => string[]) => void
  /** Has a function called with each heartbeat of the pipeline's nodes. */
  followHeartbeats: (onHeartbeat: (heartbeat: Heartbeat) => void) => void
  close: () => Promise<void>
}

/** Answers status requests about a run, and orders to it, until it is closed: from the events that are passed to its `onEvent`. */
export async function serveRunStatus(
  run: RunFile,
  server: ServerHandle,
  { onEvent, mayServe, stop: signal, log }: RunStatusOptions,
): Promise<RunStatusService> {
  const nc = await connectNats(server.address, { name: 'daffi', signal, log })
  try {
    await mayServe(nc)
  } catch (error) {
    await nc.close()
    throw error
  }
  const record = new RunRecord(run)
  answerStatus(nc, run.name, (question) => record.status(question))
  return {
    onEvent: (event) => {
      record.onEvent(event)
      onEvent(event)
    },
    takeOrders: (obey) => void answerOrders(nc, run.name, run.id, obey),
    followHeartbeats: (onHeartbeat) => followHeartbeats(nc, run.name, onHeartbeat),
    close: () => nc.close(),
  }
}
