import { jetstreamManager, type ConsumerInfo, type JetStreamManager } from '@nats-io/jetstream'
import { DaffiError } from '../../../core/errors.js'
import { RESUME, type Resumable } from '../../../core/stream/resumable.js'
import type { StreamSummary } from '../../../core/plan/summary.js'
import { count } from '../../../core/text/count.js'
import { bounded } from '../../../core/timeout.js'
import type { Items } from '../../common/write/feed.js'
import { consumerNode, sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import type { Peer, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import { askServer } from '../store/ask-server.js'
import { durableNames, ensureStore, type DurableNames } from '../store/item-store.js'
import { SharedConsumer } from '../store/shared-consumer.js'
import { StoreTrouble } from '../store/store-trouble.js'
import type { DurableReceivers } from './durable-receivers.js'
import { DurableWriter } from './durable-writer.js'
import { openEpoch, type StreamEpoch } from './epoch.js'
import { positionAfter } from './receiver-position.js'
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
  const { call, source, resultsOf = null, as = null, retention, share, signal } = options
  const parts = [ports.self.name, source ?? resultsOf, call, as]
  const name = options.name ?? parts.filter((part) => part !== null).join('_')
  const names = durableNames(ports.pipeline, name)
  // They are waited for while the server is away.
  const connections = await bounded(ports.connections(), { signal, what: `the stream to "${call}"` })
  const link = connections.bulk
  const jsm = await jetstreamManager(link.nc, { checkAPI: false })
  const trouble = new StoreTrouble(ports.log, names.stream)
  const ask: Ask = (request) => askServer(request, { link, stream: names.stream, signal, trouble })
  const { state } = await ask(() => ensureStore(jsm, { ...names, call, retention }))
  const resume = async (position: number): Promise<Items | undefined> =>
    await (items as Resumable)[RESUME]?.(position)
  const epoch = await openEpoch({ link, jsm, names, resume, trouble, signal })
  if (epoch.next > 0) ports.log.info(resumption(name, epoch))
  const durable: DurableOpen = { ...names, run: epoch.id, start: epoch.start, ageMs: retention.ageMs }
  const consumers = await ask(() => collect(jsm.consumers.list(names.stream)))
  checkConsumers(consumers, names, epoch, share)
  const writer = new DurableWriter({
    // Its records prove its invitations.
    context: { id: epoch.writer, options, ports, connections },
    jsm,
    epoch,
    durable,
    receivers: share
      ? new SharedReceiverTable(await ask(() => SharedConsumer.open(link, jsm, durable)), connections.control)
      : await ask(() => receiversOf(jsm, consumers, names, epoch)),
    kept: { first: state.first_seq, last: state.last_seq, bytes: state.bytes },
    trouble,
  })
  const { summary, done } = await writer.run(items, invited)
  // They are removed by the server, too, when they are idle for long enough.
  if (done) await link.whileConnected(() => deleteConsumers(jsm, names, epoch)).catch(() => undefined)
  return summary
}

type Ask = <T>(request: () => Promise<T>) => Promise<T>

/** Says what becomes of the items that earlier sessions have stored, and of the source. */
function resumption(name: string, { next, ended, rest }: StreamEpoch): string {
  const what = ended
    ? 'the source has ended before; receivers get what they have not had'
    : rest
      ? `the source goes on with item ${next}`
      : 'the source is read again, and that many items are passed over'
  return `stream "${name}": ${count(next, 'item')} stored already; ${what}`
}

async function collect<T>(lister: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of lister) all.push(each)
  return all
}

/** Receivers that each get everything. Those of the epoch's earlier sessions that are not done may be away, and are waited for. */
async function receiversOf(
  jsm: JetStreamManager,
  consumers: readonly ConsumerInfo[],
  names: DurableNames,
  epoch: StreamEpoch,
): Promise<DurableReceivers> {
  const receivers = new ReceiverProgressTable(epoch.start)
  for (const { name, ack_floor } of consumers) {
    const node = consumerNode(name, epoch.id)
    if (node === undefined) continue
    const ackFloor = Math.max(ack_floor.stream_seq, epoch.start - 1)
    const position = await positionAfter(jsm, names, epoch, ackFloor)
    if (!epoch.ended || position < epoch.next) receivers.expect(node, { ackFloor, position })
  }
  return receivers
}

/** An epoch is shared from its beginning to its end, or not at all: otherwise items would be processed again. */
function checkConsumers(
  consumers: readonly ConsumerInfo[],
  { stream }: DurableNames,
  { id }: StreamEpoch,
  share: boolean,
): void {
  for (const { name } of consumers) {
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
