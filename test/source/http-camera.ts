import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { collect, openFrames, pattern } from './support.js'
import type { PemFiles } from '../support/certificates.js'

export interface HttpCamera {
  url: string
  port: number
  /** Requests so far. */
  requests: IncomingMessage[]
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A camera over HTTP, or with a certificate over HTTPS, that answers as told. Ends with the running test. */
export async function httpCamera(answer: Answer, pem?: PemFiles): Promise<HttpCamera> {
  const requests: IncomingMessage[] = []
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(request)
    answer(request, response)
  }
  const server = pem
    ? createTlsServer({ cert: readFileSync(pem.cert), key: readFileSync(pem.key) }, onRequest)
    : createServer(onRequest)
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http${pem ? 's' : ''}://127.0.0.1:${port}/video`, port, requests }
}

/** Begins a response of multipart JPEG. */
export function begin(response: ServerResponse): ServerResponse {
  response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=next' }).flushHeaders()
  return response
}

export function part(jpeg: Buffer): Buffer {
  const header = `--next\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(header), jpeg, Buffer.from('\r\n')])
}

/** An answer that sends these pictures, and then stays silent. */
export function sending(jpegs: readonly Buffer[]): Answer {
  return (_, response) => {
    begin(response)
    for (const jpeg of jpegs) response.write(part(jpeg))
  }
}

export async function jpegsOf(width: number, height: number, frames = 3): Promise<Buffer[]> {
  const plan = { ...pattern, size: { width, height }, format: 'mjpeg', frames } as const
  return (await collect(openFrames(plan))).map(({ data }) => data)
}
