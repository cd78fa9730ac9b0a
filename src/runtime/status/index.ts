export { answerStatus } from './answer.js'
export { askStatus, type AskOptions } from './ask.js'
export { NODE_STATES, statusSubject } from './messages.js'
export type {
  CallCounts,
  CallMade,
  CallStatus,
  LineLevel,
  LineStream,
  LogLine,
  NodeState,
  NodeStatus,
  ProcessEnd,
  ProcessUsage,
  RunNodeStatus,
  RunStatus,
  Status,
  StatusQuestion,
  StreamStatus,
  StreamTotal,
} from './messages.js'
