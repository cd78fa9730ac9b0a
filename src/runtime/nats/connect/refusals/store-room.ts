import { DaffiError } from '../../../core/errors.js'
import { formatBytes } from '../../../core/bytes.js'
import { isMap } from '../../../core/message/forms.js'
import { parseJson } from '../../../core/message/parse-json.js'

/** Puts a request to JetStream, and gives the answer. */
type Ask = (subject: string, question: string) => Promise<Uint8Array>

/** Requests that make the server set something aside: a stream, or a consumer of one. */
const RESERVATION = /^\$JS\.API\.(STREAM\.(?:CREATE|UPDATE)|CONSUMER\.(?:DURABLE\.)?CREATE)\.([^.]+)/
/** Least size for which room is looked for. */
const LEAST_BYTES = 64 * 1024

/** Code for a stream that cannot be made on the server's disk. */
const NOT_MADE = 10049
/**
 * JetStream's codes for a server, or an account, that has no room: for bytes on disk or in memory, for bytes of one stream, for
 * streams, or for consumers; and for a stream that cannot be made on the server's disk.
 */
const NO_ROOM: ReadonlySet<unknown> = new Set([
  10002,
  10023,
  10026,
  10027,
  10028,
  10047,
  NOT_MADE,
  10077,
  10113,
  10120,
  10122,
])

/** Codes of a limit of streams, or of consumers. */
const COUNTS: ReadonlySet<unknown> = new Set([10026, 10027])

/** Whether the answer to a request must be looked at: few requests reserve anything. */
export function isReservation(subject: string): boolean {
  return RESERVATION.test(subject)
}

/**
 * Whether a stream could not be made on the server's disk, as also happens to one that is made just as the server removes the
 * last stream of its account, and with it the folder of all: the same request then succeeds.
 */
export function isNotMade(answer: Uint8Array): boolean {
  return errorOf(answer)['err_code'] === NOT_MADE
}

/**
 * The error of a request to make a stream or a consumer that the server has refused because there is no room: with the stream,
 * what it asks for, and what there is, as far as the server says so or a smaller request finds it out. Undefined for any other
 * answer.
 */
export async function noRoom(
  subject: string,
  question: unknown,
  answer: Uint8Array,
  ask: Ask,
): Promise<DaffiError | undefined> {
  const { err_code: code, description } = errorOf(answer)
  if (!NO_ROOM.has(code)) return undefined
  const [, verb = '', stream = ''] = RESERVATION.exec(subject) ?? []
  const config = question instanceof Uint8Array ? mapOf(parseJson(question)) : {}
  const kind = config['storage'] === 'memory' ? 'memory' : 'disk'
  const asked = Number(config['max_bytes'])
  const isSized = verb.startsWith('STREAM') && asked > 0
  const what = verb.startsWith('STREAM') ? `the JetStream stream ${stream}` : `a consumer of ${stream}`
  const size = isSized ? `, which asks for ${formatBytes(asked)}` : ''
  const isCount = COUNTS.has(code)
  const fits =
    isSized && !isCount && verb === 'STREAM.CREATE'
      ? await largest(subject, config, asked, stream, ask)
      : undefined
  const there = [
    ...(fits === undefined
      ? []
      : [fits === 0 ? 'nor is there for a smaller one' : `there is room for ${formatBytes(fits)}`]),
    ...(await accountLimits(kind, ask)),
  ]
  const message =
    `the NATS server makes no room ${kind === 'memory' ? 'in memory' : 'on disk'} for ${what}${size}: ${String(description)}` +
    (there.length > 0 ? ` (${there.join('; ')})` : '')
  return new DaffiError('DAFFI_STORE_FULL', message, {
    details: {
      stream,
      storage: kind,
      ...(isSized ? { askedBytes: asked } : {}),
      ...(fits === undefined ? {} : { fitsBytes: fits }),
    },
  })
}

/** The largest of the halves of a size for which the server makes the stream; 0 when it makes none. */
async function largest(
  subject: string,
  config: Record<string, unknown>,
  asked: number,
  stream: string,
  ask: Ask,
): Promise<number | undefined> {
  try {
    for (let bytes = Math.floor(asked / 2); bytes >= LEAST_BYTES; bytes = Math.floor(bytes / 2)) {
      const answer = await ask(subject, JSON.stringify({ ...config, max_bytes: bytes }))
      if ('error' in mapOf(parseJson(answer))) continue
      await ask(`$JS.API.STREAM.DELETE.${stream}`, '')
      return bytes
    }
    return 0
  } catch {
    return undefined
  }
}

/** The limits of the account, for people; none where it has none, as then those of the server hold, which it does not tell. */
async function accountLimits(kind: 'memory' | 'disk', ask: Ask): Promise<string[]> {
  const info = mapOf(await ask('$JS.API.INFO', '').then(parseJson, () => undefined))
  const limits = mapOf(info['limits'])
  const [most, used] =
    kind === 'memory'
      ? [limits['max_memory'], Math.max(Number(info['memory']), Number(info['reserved_memory'] ?? 0))]
      : [limits['max_storage'], Math.max(Number(info['storage']), Number(info['reserved_storage'] ?? 0))]
  const count = (name: 'streams' | 'consumers'): string[] => {
    const max = Number(limits[`max_${name}`])
    return max > 0 ? [`${Number(info[name])} of ${max} ${name}`] : []
  }
  return [
    ...(Number(most) > 0
      ? [`the account has taken ${formatBytes(used)} of ${formatBytes(Number(most))}`]
      : []),
    ...count('streams'),
    ...count('consumers'),
  ]
}

/** The error in an answer of JetStream; empty where there is none. */
function errorOf(answer: Uint8Array): Record<string, unknown> {
  return mapOf(mapOf(parseJson(answer))['error'])
}

function mapOf(value: unknown): Record<string, unknown> {
  return isMap(value) ? value : {}
}
