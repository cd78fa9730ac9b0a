import type { ItemDeliveryOptions } from '../../common/read/item-delivery.js'
import type { ReceiverLifecycle } from '../../common/read/receiver-lifecycle.js'
import type { LaneReader } from '../../lanes/lane.js'
import type { Open, Progress } from '../../protocol/messages.js'
import type { Peer } from '../../protocol/ports.js'
import type { ReaderAccount } from './reader-account.js'

export interface ReporterOptions extends Pick<ItemDeliveryOptions, 'grouping'> {
  open: Pick<Open, 'share'>
  self: Peer
  lane: Pick<LaneReader, 'name'>
  lifecycle: ReceiverLifecycle
}

interface Report {
  counts: ReturnType<ReaderAccount['report']>
  /** Whether it is to be given no more items. */
  isLeaving: boolean
  /** Whether it is to be told how far the stream is assigned. */
  wantsMarks: boolean
}

/** The progress of a receiver, as it reports it. */
export function progressOf(
  { open, self, lane, lifecycle, grouping }: ReporterOptions,
  { counts, isLeaving, wantsMarks }: Report,
): Progress {
  const group = grouping?.()?.items
  return {
    node: self.name,
    incarnation: self.incarnation,
    lane: lane.name,
    state: lifecycle.state,
    error: lifecycle.error,
    ...(group === undefined ? {} : { group }),
    ...(isLeaving ? { leaving: true } : {}),
    ...(open.share && wantsMarks ? { marks: true } : {}),
    ...counts,
  }
}
