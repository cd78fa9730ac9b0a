import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { DaffiError } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import type { Items } from '../../common/write/feed.js'
import { consumerNode, sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import type { Peer, StreamConnections, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import { durableNames, ensureStore, storedFrom, type DurableNames } from '../store/item-store.js'
import { firstItemOf } from '../store/record-header.js'
import { SharedConsumer } from '../store/shared-consumer.js'
import type { DurableReceivers } from './durable-receivers.js'
import { DurableWriter } from './durable-writer.js'
import { openEpoch, type StreamEpoch } from './epoch.js'
import { ReceiverProgressTable } from './receiver-progress-table.js'
import { SharedReceiverTable } from './shared-receiver-table.js'

/**
 * Stores the items, each once, and resolves when every receiver is done with them. An epoch that an earlier session of the
 * same name has not finished is resumed.
 * @throws DaffiError DAFFI_STREAM_MISMATCH, DAFFI_STREAM_TAKEN, DAFFI_BAD_NAME before the first item; else StreamError
 */
export async function writeDurable(
  items: Items,
  options: StreamOptions,
  ports: StreamPorts,
  invited: readonly Peer[],
): Promise<StreamSummary> {
  const { call, source, retention, share } = options
  const name = options.name ?? [ports.self.name, source, call].filter((part) => part !== null).join('_')
  const names = durableNames(ports.pipeline, name)
  const connections = await ports.connections()
  const jsm = await jetstreamManager(connections.control, { checkAPI: false })
  const { state } = await ensureStore(jsm, { ...names, call, retention })
  const epoch = await openEpoch(connections.control, jsm, names)
  const durable: DurableOpen = { ...names, run: epoch.id, start: epoch.start, ageMs: retention.ageMs }
  await checkConsumers(jsm, names, epoch, share)
  const writer = new DurableWriter({
    context: { id: randomId(), options, ports, connections },
    jsm,
    epoch,
    durable,
    receivers: share
      ? await sharedReceivers(jsm, durable, connections)
      : await receiversOf(jsm, names, epoch),
    kept: { first: state.first_seq, last: state.last_seq, bytes: state.bytes },
  })
  const { summary, done } = await writer.run(items, invited)
  if (done) await deleteConsumers(jsm, names, epoch)
  return summary
}

/** Receivers that each get everything. Those of the epoch's earlier sessions that are not done may be away, and are waited for. */
async function receiversOf(
  jsm: JetStreamManager,
  names: DurableNames,
  epoch: StreamEpoch,
): Promise<DurableReceivers> {
  const receivers = new ReceiverProgressTable(epoch.start)
  for await (const { name, ack_floor } of jsm.consumers.list(names.stream)) {
    const node = consumerNode(name, epoch.id)
    if (node === undefined) continue
    const next = await storedFrom(jsm, names, ack_floor.stream_seq + 1)
    const done = epoch.ended && (!next || firstItemOf(next.header) >= epoch.next)
    if (!done) receivers.expect(node, ack_floor.stream_seq)
  }
  return receivers
}

async function sharedReceivers(
  jsm: JetStreamManager,
  durable: DurableOpen,
  { control }: StreamConnections,
): Promise<DurableReceivers> {
  return new SharedReceiverTable(await SharedConsumer.open(jsm, durable), control)
}

/** An epoch is shared from its beginning to its end, or not at all: otherwise items would be processed again. */
async function checkConsumers(
  jsm: JetStreamManager,
  { stream }: DurableNames,
  { id }: StreamEpoch,
  share: boolean,
): Promise<void> {
  for await (const { name } of jsm.consumers.list(stream)) {
    const shared = name === sharedConsumerName(id)
    if (share ? consumerNode(name, id) === undefined : !shared) continue
    throw new DaffiError(
      'DAFFI_STREAM_MISMATCH',
      `the unfinished items in ${stream} were ${shared ? '' : 'not '}shared, and have to be finished in the same way`,
    )
  }
}

/** Deletes the consumers of a finished epoch. */
async function deleteConsumers(
  jsm: JetStreamManager,
  { stream }: DurableNames,
  { id }: StreamEpoch,
): Promise<void> {
  for await (const { name } of jsm.consumers.list(stream)) {
    if (consumerNode(name, id) !== undefined || name === sharedConsumerName(id))
      await jsm.consumers.delete(stream, name).catch(() => false)
  }
}
