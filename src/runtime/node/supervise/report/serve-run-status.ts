import { connectNats, type ServerHandle } from '../../../nats/index.js'
import { answerStatus } from '../../../status/index.js'
import type { RunEvent } from './run-events.js'
import { RunRecord } from './run-record.js'
import type { SupervisorOptions } from '../supervisor.js'

interface Telling {
  /** Takes an event of the run. */
  onEvent: (event: RunEvent) => void
  close: () => Promise<void>
}

/** Answers, for as long as a run lasts, whoever asks how it is; what is passed to `onEvent` goes on to the run's own. */
export async function tellStatus(
  pipeline: string,
  server: ServerHandle,
  { onEvent, stop: signal }: Pick<SupervisorOptions, 'onEvent' | 'stop'>,
): Promise<Telling> {
  const nc = await connectNats(server.address, { name: 'daffi', signal })
  const record = new RunRecord()
  answerStatus(nc, pipeline, (question) => record.status(question))
  return {
    onEvent: (event) => {
      record.take(event)
      onEvent(event)
    },
    close: () => nc.close(),
  }
}
