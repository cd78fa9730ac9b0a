export { answerStatus } from './answer.js'
export { askStatus } from './ask.js'
export { statusSubject } from './messages.js'
export type {
  CallStatus,
  LineLevel,
  LogLine,
  NodeState,
  NodeStatus,
  RunStatus,
  Status,
  StatusQuestion,
  StreamStatus,
} from './messages.js'
