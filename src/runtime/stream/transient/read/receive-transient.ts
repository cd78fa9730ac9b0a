import { FailureLog } from '../../common/read/failure-log.js'
import { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import { JetStreamLaneReader } from '../../lanes/jetstream-reader.js'
import { ShmLaneReader } from '../../lanes/shm/shm-reader.js'
import { decodeMessage, streamSubject, type Announcement, type Open } from '../../protocol/messages.js'
import type { Deliver, StreamPorts } from '../../protocol/ports.js'
import { StreamReader } from './stream-reader.js'

interface ReceiveOptions {
  open: Open
  ports: StreamPorts
  lifecycle: ReceiverLifecycle
  deliver: Deliver
  /** Gives the callback memory on loan, for as long as it runs. */
  borrow: boolean
}

/** Begins to receive a live or lossless stream: through shared memory where the writer's can be mapped, else the server. */
export async function receiveTransient({
  open,
  ports,
  lifecycle,
  ...callback
}: ReceiveOptions): Promise<{ reader: StreamReader; close: () => void }> {
  const { pipeline, self, log } = ports
  const { control, bulk } = await ports.connections()
  const parts = {
    subject: `${streamSubject(pipeline, open.id, 'data')}.*`,
    all: open.delivery === 'lossless' && !open.share,
  }
  const lane = (open.shm && (await ShmLaneReader.open(open.shm))) ?? new JetStreamLaneReader(bulk, parts)
  const progress = new ProgressPublisher(control, pipeline, open.id)
  const failures = new FailureLog(open.call, log)
  const reader = new StreamReader({ open, self, lifecycle, lane, progress, failures, ...callback })
  const announcements = control.subscribe(streamSubject(pipeline, open.id, 'chunk'), {
    callback: (error, message) => {
      if (error !== null) return
      for (const announcement of decodeMessage(message.data) as Announcement[]) {
        if (announcement.what === 'part') reader.onPart(announcement)
        else if (announcement.incarnation === self.incarnation) reader.accept(announcement)
      }
    },
  })
  return { reader, close: () => announcements.unsubscribe() }
}
