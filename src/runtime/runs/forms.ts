import { isErrorRecord, isName, listOf, mapOf, oneOf } from '../core/message/forms.js'
import { NODE_ORDERS, type OrderAnswer, type RunOrder } from './messages.js'

const isNodeOrder = mapOf<Exclude<RunOrder, { order: 'end' }>>({
  order: oneOf(...NODE_ORDERS),
  nodes: listOf(isName),
})
const isEnd = mapOf<Extract<RunOrder, { order: 'end' }>>({ order: oneOf('end') })
const isAccepted = mapOf<Extract<OrderAnswer, { nodes: string[] }>>({ nodes: listOf(isName) })
const isRefusal = mapOf<Extract<OrderAnswer, { error: unknown }>>({ error: isErrorRecord })

/** Whether the value is an order to a run. */
export const isRunOrder = (value: unknown): value is RunOrder => isNodeOrder(value) || isEnd(value)

/** Whether the value is an answer to an order. */
export const isOrderAnswer = (value: unknown): value is OrderAnswer => isAccepted(value) || isRefusal(value)
