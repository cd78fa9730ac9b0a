export type { DeadLetter, ItemLetter, JobLetter } from './durable/store/dead-part.js'
export type { DeadLetterLimits, DroppedLetters } from './durable/store/dead-letter-limits.js'
export { DeadLetterStore, type StoredDeadLetter } from './durable/store/dead-letter-store.js'
export { askServer } from './durable/store/ask-server.js'
export { StoreTrouble } from './durable/store/store-trouble.js'
export { storedItems, type ReplayStart } from './durable/store/stored-items.js'
export { feed, isItems, isIterable, type Items } from './common/write/feed.js'
export { captureTime } from './common/write/capture-time.js'
export { PushedItems, type StageMarks } from './common/write/pushed-items.js'
export { originOf } from './protocol/origin-of.js'
export { Join, type JoinMatch, type SideItem } from './join/join.js'
export { NatsLink } from './protocol/nats-link.js'
export { observeLatest } from './observe/observe-latest.js'
export type { LatestItem } from './observe/latest-items.js'
export type {
  Deliver,
  DeliveredChunk,
  GroupItem,
  Grouping,
  IncomingMarks,
  Joining,
  Departure,
  UnixPeers,
  Peer,
  StreamConnections,
  StreamOptions,
  StreamPeers,
  StreamPorts,
  TakeResult,
} from './protocol/ports.js'
export { StreamReceiver, type Admit, type StreamOutcome } from './stream-receiver.js'
export { StreamError } from './common/stream-error.js'
export { writeStream, writeYields, type YieldTarget } from './write-stream.js'
