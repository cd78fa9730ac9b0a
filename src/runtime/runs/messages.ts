import type { ErrorRecord } from '../core/errors.js'

/** Subject of orders to one run, which its supervisor obeys. */
export const controlSubject = (pipeline: string, run: string): string => `daffi.${pipeline}.control.${run}`

/** Orders about single nodes. `stop`: end, and stay ended. `start`: run again. `restart`: both, one after the other. */
export const NODE_ORDERS = ['stop', 'start', 'restart'] as const
export type NodeOrderKind = (typeof NODE_ORDERS)[number]

/** An order about single nodes. The name of a node with replicas stands for all of them. */
export interface NodeOrder {
  order: NodeOrderKind
  nodes: string[]
}

/** Order to run so many processes of each of these nodes. */
export interface ScaleOrder {
  order: 'scale'
  nodes: Record<string, number>
}

/** An order to a run. `end`: end gracefully, as after the first Ctrl-C. */
export type RunOrder = NodeOrder | ScaleOrder | { order: 'end' }

/**
 * The answer to an order, which comes before it is carried out: the nodes that it concerns, after `scale` those that there will be,
 * or why it is refused.
 */
export type OrderAnswer = { nodes: string[] } | { error: ErrorRecord }
