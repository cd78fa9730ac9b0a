import { errors } from '@nats-io/transport-node'
import { DaffiError } from '../../../core/errors.js'

type Violation = InstanceType<typeof errors.PermissionViolationError>

/** Subjects that daffi cannot do without, and what it needs them for. The first that fits a subject holds. */
const PURPOSES: readonly (readonly [subject: RegExp, purpose: string])[] = [
  [/^daffi\.[^.]+\.(presence\.|node\.[^.]+\.ping\.)/, 'to know which nodes there are'],
  [/^daffi\.[^.]+\.(job|wake|ended)\b/, 'for durable jobs'],
  [/^daffi\.[^.]+\.(schedule|timer|due)\b/, 'for periodic calls'],
  [/^daffi\.[^.]+\.stream\b/, 'for streams'],
  [/^daffi\.[^.]+\.dead\b/, 'for dead letters'],
  [/^daffi\.[^.]+\.status$/, 'to tell and to see what the pipeline does'],
  [/^daffi\./, 'for calls'],
  [/^\$KV\.daffi_.*_names\./, "for the claims of the nodes' names"],
  [/^\$KV\.daffi_.*_results\./, 'for the records of durable jobs'],
  [/^\$KV\.daffi_.*_state\./, 'for the states of callbacks'],
  [/^\$JS\.ACK\./, 'to acknowledge items of durable streams, and durable jobs'],
  [/^\$JS\.API\.INFO$/, 'to find out whether there is JetStream'],
  [/^\$JS\.API\.(DIRECT|STREAM\.MSG)\./, 'for what it keeps in JetStream'],
  [/^\$JS\.API\.STREAM\./, 'for its streams in JetStream'],
  [/^\$JS\.API\.CONSUMER\./, 'for the consumers of its streams in JetStream'],
]

/** A subject that the server has not allowed. */
export interface Refusal {
  error: DaffiError
  /** Whether this process cannot work without the subject. */
  isNeeded: boolean
}

/**
 * The server's refusal of a subject, if that is what an error is about, or what has caused it.
 * @param url without secrets, since it becomes part of the message
 * @param inboxPrefix first tokens of this connection's inboxes
 */
export function refusalOf(cause: unknown, url: string, inboxPrefix = '_INBOX'): Refusal | undefined {
  const violation = violationOf(cause)
  if (!violation) return undefined
  const { operation, subject } = violation
  const verb = operation === 'publish' ? 'publish on' : 'subscribe to'
  const purpose = subject.startsWith(`${inboxPrefix}.`)
    ? 'for the answers to requests'
    : PURPOSES.find(([pattern]) => pattern.test(subject))?.[1]
  const why = purpose === undefined ? '' : `, which daffi needs ${purpose}`
  const message = `the NATS server at ${url} does not allow this user to ${verb} ${subject}${why}`
  const details = { operation: operation === 'publish' ? 'publish' : 'subscribe', subject }
  return {
    error: new DaffiError('DAFFI_NO_PERMISSION', message, { cause, details }),
    isNeeded: purpose !== undefined,
  }
}

function violationOf(cause: unknown): Violation | undefined {
  if (cause instanceof errors.PermissionViolationError) return cause
  return cause instanceof Error ? violationOf(cause.cause) : undefined
}
