export { answerOrders } from './answer-orders.js'
export {
  NODE_ORDERS,
  type NodeOrder,
  type NodeOrderKind,
  type RunOrder,
  type ScaleOrder,
} from './messages.js'
export {
  forgetEnded,
  forgetRun,
  isOverHere,
  OwnRun,
  readRunFiles,
  runningPipeline,
  stateOfRun,
  type PipelineRef,
  type RunFile,
} from './run-files.js'
export { sendOrder } from './send-order.js'
export { whyUnseen } from './why-unseen.js'
export { withStartLock } from './start-lock.js'
