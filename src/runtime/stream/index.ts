export { DeadLetters, type DeadLetter, type StoredDeadLetter } from './durable/store/dead-letters.js'
export { storedItems, type ReplayStart } from './durable/store/stored-items.js'
export { feed, isItems, type Items } from './common/write/feed.js'
export { NatsLink, NatsLink as Link } from './protocol/nats-link.js'
export { observeLatest, observeLatest as observeNewest } from './observe/observe-latest.js'
export type {
  Deliver,
  StreamConnections,
  StreamOptions,
  StreamPeers,
  StreamPeers as Peers,
  StreamPorts,
} from './protocol/ports.js'
export { StreamReceiver, StreamReceiver as Reception } from './stream-receiver.js'
export { StreamError } from './common/stream-error.js'
export { writeStream, writeYields, type YieldingCall } from './write-stream.js'
