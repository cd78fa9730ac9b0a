import { MAX_REPLICAS } from '../core/plan/plan.js'
import { isErrorRecord, isName, isWithin, listOf, mapOf, oneOf, recordOf } from '../core/message/forms.js'
import { NODE_ORDERS, type NodeOrder, type OrderAnswer, type RunOrder, type ScaleOrder } from './messages.js'

const isNodeOrder = mapOf<NodeOrder>({ order: oneOf(...NODE_ORDERS), nodes: listOf(isName) })
const isScaleOrder = mapOf<ScaleOrder>({
  order: oneOf('scale'),
  nodes: recordOf(isName, isWithin(1, MAX_REPLICAS)),
})
const isEnd = mapOf<Extract<RunOrder, { order: 'end' }>>({ order: oneOf('end') })
const isAccepted = mapOf<Extract<OrderAnswer, { nodes: string[] }>>({ nodes: listOf(isName) })
const isRefusal = mapOf<Extract<OrderAnswer, { error: unknown }>>({ error: isErrorRecord })

/** Whether the value is an order to a run. */
export const isRunOrder = (value: unknown): value is RunOrder =>
  isNodeOrder(value) || isScaleOrder(value) || isEnd(value)

/** Whether the value is an answer to an order. */
export const isOrderAnswer = (value: unknown): value is OrderAnswer => isAccepted(value) || isRefusal(value)
