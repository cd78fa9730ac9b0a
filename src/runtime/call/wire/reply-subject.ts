import { isToken } from '../../core/names.js'

/** Token that tells the reply subjects of nodes' calls from those of other clients. */
const MARK = 'daffi'

/** The first part of the reply subjects of a node's calls. */
export const replyPrefix = (inbox: string, node: string): string => `${inbox}.${MARK}.${node}.`

/** A call as its reply subject tells it. */
export interface ReplyTo {
  /** Name of the node that calls. */
  from: string
  /** Id by which the call can be cancelled. */
  id: string
}

/**
 * Reads who calls, and the call's id, from a reply subject: they need no headers, which cost the server and both nodes more than the
 * rest of a small call. Undefined for a client that is no node.
 */
export function readReplyTo(reply: string): ReplyTo | undefined {
  const beforeId = reply.lastIndexOf('.')
  const beforeNode = reply.lastIndexOf('.', beforeId - 1)
  if (beforeNode < MARK.length + 1 || !reply.startsWith(`.${MARK}`, beforeNode - MARK.length - 1))
    return undefined
  const id = reply.slice(beforeId + 1)
  const from = reply.slice(beforeNode + 1, beforeId)
  return isToken(id) && isToken(from) ? { from, id } : undefined
}
