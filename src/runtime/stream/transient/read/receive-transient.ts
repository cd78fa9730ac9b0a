import { FailureLog } from '../../common/read/failure-log.js'
import { ProgressPublisher } from '../../common/read/progress-publisher.js'
import type { OrderMember } from '../../common/order/order-member.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { WriterMessages } from '../../common/read/writer-messages.js'
import type { LaneReader } from '../../lanes/lane.js'
import { areAnnouncements } from '../../protocol/message-forms.js'
import type { Accept, AttachCounts, Open } from '../../protocol/messages.js'
import type { Deliver, Grouping, IncomingMarks, Joining, StreamPorts } from '../../protocol/ports.js'
import { StreamReader } from './stream-reader.js'

/** Opens the lane on which a receiver gets its items. */
export type OpenLaneReader = (open: Open, ports: StreamPorts) => Promise<LaneReader>

interface ReceiveOptions {
  open: Open
  messages: WriterMessages
  openLane: OpenLaneReader
  ports: StreamPorts
  lifecycle: ReceiverLifecycle
  deliver: Deliver
  /** Gives the callback's grouping, if it gets several items at once. */
  grouping?: () => Grouping | undefined
  /** Place of the stream in a join, if the callback gets its items together with those of others. */
  joining?: Joining
  /** Gives the callback memory on loan, for as long as it runs. */
  borrow: boolean
  /** Takes part in the order of the source, if the stream has one. */
  joinOrder?: (() => OrderMember) | undefined
  /** Present where results of the items are streamed on. */
  marks?: IncomingMarks | undefined
  /** Called for each item that has failed for good. */
  onFailed?: () => void
  /** Called before items are reported as done. Resolves when what they have changed is kept. */
  settle?: () => Promise<void> | undefined
  /** Counts of receivers of the same stream that this process had before. */
  before: readonly AttachCounts[]
  /** Called when the stream has no writer any more. */
  onNoWriter: () => void
}

/** Begins to receive a live or lossless stream. */
export async function receiveTransient({
  open,
  messages,
  openLane,
  ports,
  lifecycle,
  onNoWriter,
  ...callback
}: ReceiveOptions): Promise<{ reader: StreamReader; progress: ProgressPublisher; close: () => void }> {
  const { self, log } = ports
  const lane = await openLane(open, ports)
  const progress = new ProgressPublisher(messages, onNoWriter)
  const failures = new FailureLog(open.call, log)
  const reader = new StreamReader({ open, self, lifecycle, lane, progress, failures, ...callback })
  const endAnnouncements = messages.on('chunk', areAnnouncements, (message) => {
    const accepts: Accept[] = []
    for (const announcement of message) {
      if (announcement.what === 'part') {
        reader.onPart(announcement)
      } else if (announcement.what === 'mark') {
        reader.order.onMark(announcement)
      } else if (announcement.what === 'passed') {
        reader.order.onPassed(announcement)
      } else {
        reader.onAccept(announcement)
        accepts.push(announcement)
      }
    }
    reader.onAllAccepted(accepts)
  })
  const close = (): void => {
    endAnnouncements()
    progress.close()
  }
  return { reader, progress, close }
}
