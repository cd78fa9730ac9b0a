import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

interface RawReply {
  headers: Record<string, string>
  payload: string
}

/** A NATS client of a few lines on a bare socket: it shares no code with daffi, nor with its NATS library. */
export async function rawRequest(url: string, subject: string, payload: string): Promise<RawReply> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const inbox = `_INBOX.raw${process.pid}${Date.now()}`
  const options = {
    verbose: false,
    headers: true,
    no_responders: true,
    name: 'raw',
    lang: 'none',
    version: '0',
  }
  socket.write(`CONNECT ${JSON.stringify(options)}\r\nSUB ${inbox} 1\r\n`)
  socket.write(`PUB ${subject} ${inbox} ${Buffer.byteLength(payload)}\r\n${payload}\r\nPING\r\n`)
  return await reply(socket)
}

const MESSAGE = /(?:^|\r\n)(?<verb>HMSG|MSG) \S+ 1 (?<sizes>[\d ]+)\r\n/

async function reply(socket: Socket): Promise<RawReply> {
  let text = ''
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1')
    const found = MESSAGE.exec(text)
    if (!found?.groups) continue
    const sizes = (found.groups['sizes'] ?? '').split(' ').map(Number)
    const body = text.slice(found.index + found[0].length)
    const total = sizes.at(-1) ?? 0
    if (body.length < total) continue
    const headerBytes = found.groups['verb'] === 'HMSG' ? (sizes[0] ?? 0) : 0
    return { headers: headersOf(body.slice(0, headerBytes)), payload: body.slice(headerBytes, total) }
  }
  throw new Error('the server closed the connection')
}

function headersOf(block: string): Record<string, string> {
  const lines = block.split('\r\n').slice(1)
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf(':')
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]]
    }),
  )
}
