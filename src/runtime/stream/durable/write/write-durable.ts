import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { DaffiError } from '../../../core/errors.js'
import { randomId } from '../../../core/names.js'
import type { StreamSummary } from '../../../core/summary.js'
import type { Items } from '../../common/write/feed.js'
import type { Peer, StreamConnections, StreamOptions, StreamPorts } from '../../protocol/ports.js'
import { DurableLedger, type Ledger } from './receiver-progress.js'
import { numberAt } from '../store/record-header.js'
import { consumerNode, sharedConsumerName, type DurableOpen } from '../../protocol/durable-messages.js'
import { openRun, type DurableRun } from './epoch.js'
import { SharedLedger } from './shared-receivers.js'
import { SharedPlace } from '../store/shared-consumer.js'
import { durableNames, ensureStore, lastStored, storedFrom, type DurableNames } from '../store/item-store.js'
import { DurableWriter } from './durable-writer.js'

/**
 * Stores the items, each once, and resolves when every receiver is done with them. What an earlier session of the same
 * name has stored and not finished is gone on with.
 * @throws DaffiError DAFFI_STREAM_MISMATCH, DAFFI_STREAM_TAKEN, DAFFI_BAD_NAME before the first item; else StreamError
 */
export async function writeDurable(
  items: Items,
  options: StreamOptions,
  ports: StreamPorts,
  invited: readonly Peer[],
): Promise<StreamSummary> {
  const { call, source, retention } = options
  const name = options.name ?? [ports.self.name, source, call].filter((part) => part !== null).join('_')
  const names = durableNames(ports.pipeline, name)
  const connections = await ports.connections()
  const jsm = await jetstreamManager(connections.control, { checkAPI: false })
  const { state } = await ensureStore(jsm, { ...names, call, retention })
  const run = await openRun(connections.control, jsm, names)
  const durable: DurableOpen = { ...names, run: run.run, start: run.start, ageMs: retention.ageMs }
  await checkPlaces(jsm, names, run, options.share)
  const ledger = options.share
    ? await sharedLedger(jsm, durable, connections)
    : await ownLedger(jsm, names, run)
  const writer = new DurableWriter({
    id: randomId(),
    run,
    durable,
    options,
    ports,
    connections,
    ledger,
    kept: { first: state.first_seq, last: state.last_seq, bytes: state.bytes },
    // What fails to go so, the server discards itself when the stream is full.
    prune: (sequence) => void jsm.streams.purge(names.stream, { seq: sequence }).catch(() => undefined),
    lastStored: () => lastStored(jsm, names),
  })
  const { summary, done } = await writer.run(items, invited)
  if (done) await removePlaces(jsm, names, run)
  return summary
}

/** Everyone gets everything. Receivers of the run's earlier sessions that are not through may be away, and are waited for. */
async function ownLedger(jsm: JetStreamManager, names: DurableNames, run: DurableRun): Promise<Ledger> {
  const ledger = new DurableLedger(run.start)
  for await (const { name, ack_floor } of jsm.consumers.list(names.stream)) {
    const node = consumerNode(name, run.run)
    if (node === undefined) continue
    const next = await storedFrom(jsm, names, ack_floor.stream_seq + 1)
    const through = run.ended && (!next || numberAt(next.mark) >= run.next)
    if (!through) ledger.expect(node, ack_floor.stream_seq)
  }
  return ledger
}

/** A run is shared from its beginning to its end, or not at all: else items would be processed again. */
async function checkPlaces(
  jsm: JetStreamManager,
  { stream }: DurableNames,
  { run }: DurableRun,
  share: boolean,
): Promise<void> {
  for await (const { name } of jsm.consumers.list(stream)) {
    const shared = name === sharedConsumerName(run)
    if (share ? consumerNode(name, run) === undefined : !shared) continue
    throw new DaffiError(
      'DAFFI_STREAM_MISMATCH',
      `the unfinished run in ${stream} is ${shared ? '' : 'not '}shared, and has to be finished as it was begun`,
    )
  }
}

async function sharedLedger(
  jsm: JetStreamManager,
  durable: DurableOpen,
  { control }: StreamConnections,
): Promise<Ledger> {
  const place = await SharedPlace.open(jsm, durable)
  return new SharedLedger(place, (reply) => {
    if (!control.isClosed()) control.publish(reply, '-NAK')
  })
}

/** The run is done: nobody needs a place in it any more. */
async function removePlaces(jsm: JetStreamManager, names: DurableNames, run: DurableRun): Promise<void> {
  for await (const { name } of jsm.consumers.list(names.stream)) {
    if (consumerNode(name, run.run) !== undefined || name === sharedConsumerName(run.run))
      await jsm.consumers.delete(names.stream, name).catch(() => false)
  }
}
