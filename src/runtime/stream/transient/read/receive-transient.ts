import { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { LaneReader } from '../../lanes/lane.js'
import { decodeMessage, streamSubject, type Announcement, type Open } from '../../protocol/messages.js'
import type { Deliver, StreamPorts } from '../../protocol/ports.js'
import { StreamReader } from './stream-reader.js'

/** Opens the lane on which a receiver gets its items. */
export type OpenLaneReader = (open: Open, ports: StreamPorts) => Promise<LaneReader>

interface ReceiveOptions {
  open: Open
  openLane: OpenLaneReader
  ports: StreamPorts
  lifecycle: ReceiverLifecycle
  deliver: Deliver
  /** Gives the callback memory on loan, for as long as it runs. */
  borrow: boolean
}

/** Begins to receive a live or lossless stream. */
export async function receiveTransient({
  open,
  openLane,
  ports,
  lifecycle,
  ...callback
}: ReceiveOptions): Promise<{ reader: StreamReader; close: () => void }> {
  const { pipeline, self } = ports
  const { control } = await ports.connections()
  const lane = await openLane(open, ports)
  const progress = new ProgressPublisher(control, pipeline, open.id)
  const reader = new StreamReader({ open, self, lifecycle, lane, progress, ...callback })
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
