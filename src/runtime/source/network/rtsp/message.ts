/** A request or response of RTSP (RFC 2326), in either direction. */
export interface Message {
  /** First line. */
  start: string
  headers: [name: string, value: string][]
  body: Buffer
}

/** Value of the first header of this name, in lower case; several `WWW-Authenticate` are put together. */
export function headerOf({ headers }: Message, name: string): string | undefined {
  const values = headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value)
  return name === 'www-authenticate' && values.length > 1 ? values.join(', ') : values[0]
}

/** The message with some headers replaced, by names in lower case; undefined removes one. */
export function withHeaders(message: Message, changed: Record<string, string | undefined>): Message {
  const rest = message.headers.filter(([name]) => !Object.hasOwn(changed, name.toLowerCase()))
  const added = Object.entries(changed).flatMap(([name, value]): Message['headers'] =>
    value === undefined ? [] : [[SPELLED[name] ?? name, value]],
  )
  return { ...message, headers: [...added, ...rest] }
}

/** Names as cameras expect them, although their case should not matter. */
const SPELLED: Record<string, string> = {
  ...{ cseq: 'CSeq', authorization: 'Authorization', transport: 'Transport', 'rtp-info': 'RTP-Info' },
  'content-length': 'Content-Length',
}

/** Status of a response; undefined for a request. */
export function statusOf({ start }: Message): { status: number; reason: string } | undefined {
  const [, status, reason = ''] = /^RTSP\/\d\.\d (\d{3}) ?(.*)$/.exec(start) ?? []
  return status === undefined ? undefined : { status: Number(status), reason }
}

export function parseHead(text: string): Omit<Message, 'body'> {
  // Any line end, so that no value holds one. Without regular expressions: some cost time with the square of a line's length.
  const [start = '', ...lines] = text.split(/\r\n|\r|\n/)
  const headers = lines.flatMap((line): Message['headers'] => {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).trimEnd()
    return name === '' || /\s/.test(name) ? [] : [[name, line.slice(colon + 1).trim()]]
  })
  return { start, headers }
}

export function encodeMessage({ start, headers, body }: Message): Buffer {
  const head = [start, ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}
