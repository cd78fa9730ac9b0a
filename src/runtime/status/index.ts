export { answerStatus } from './answer.js'
export { askStatus } from './ask.js'
export { NODE_STATES, statusSubject } from './messages.js'
export type {
  CallStatus,
  LineLevel,
  LineStream,
  LogLine,
  NodeState,
  NodeStatus,
  ProcessEnd,
  RunNodeStatus,
  RunStatus,
  Status,
  StatusQuestion,
  StreamStatus,
} from './messages.js'
