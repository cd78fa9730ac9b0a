import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { createServer as createTlsServer } from 'node:tls'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { ensureBinary } from '../../src/runtime/binaries/index.js'
import type { PemFiles } from '../support/certificates.js'
import type { Guard } from './digest.js'
import { ffmpeg } from '../support/ffmpeg.js'

interface CameraOptions {
  /** Certificate with which it speaks TLS. */
  pem?: PemFiles
  /** Asks for user and password. */
  guard?: Guard
  /** Address of its track in its description; null for none. @default track0 */
  control?: string | null
  /** Even channel of the packets that it chooses over TCP. @default 0 */
  channel?: number
  /** Whether packets come before the answer to PLAY. */
  isEager?: boolean
  /** Whether its answers have no number, and it never answers what keeps a session alive. */
  isTerse?: boolean
  /** Pictures per second. @default 25 */
  rate?: number
  /** Address to which it redirects whoever asks for a description. */
  redirect?: string
}

interface RtspCamera {
  url: string
  port: number
  /** First lines and headers of the requests so far, each request as one text. */
  requests: string[]
  /** Pictures that it sends, from its start. */
  pictures: (format: 'gray' | 'yuv420p') => Promise<Buffer[]>
}

const patternAt = (rate: number): string[] => ['-f', 'lavfi', '-i', `testsrc2=size=160x120:rate=${rate}`]
const PATTERN = patternAt(25)
/** Number of pictures, more than a test waits for. */
const MAX_PICTURES = 1000

/**
 * An RTSP camera (RFC 2326) of the test pattern, 160x120 in H.264 without loss, which sends interleaved over TCP, or over UDP.
 * ffmpeg gives the RTP packets, since it cannot serve RTSP itself; nor does a package of npm that is looked after. Ends with
 * the running test.
 */
export async function rtspCamera(options: CameraOptions = {}): Promise<RtspCamera> {
  const packets = createSocket('udp4').bind(0, '127.0.0.1')
  onTestFinished(() => void packets.close())
  packets.setMaxListeners(100)
  const requests: string[] = []
  const onViewer = (viewer: Socket): void => {
    onTestFinished(() => void viewer.destroy())
    viewer.on('error', () => undefined)
    serve(viewer, packets, requests, options)
  }
  const { pem, rate = 25 } = options
  const server = pem
    ? createTlsServer({ cert: readFileSync(pem.cert), key: readFileSync(pem.key) }, onViewer)
    : createServer(onViewer)
  server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await Promise.all([once(packets, 'listening'), once(server, 'listening')])

  const { path } = await ensureBinary('ffmpeg')
  const input = ['-loglevel', 'error', '-re', ...patternAt(rate)]
  const codec = [
    '-c:v',
    'libx264',
    '-qp',
    '0',
    '-pix_fmt',
    'yuv420p',
    '-tune',
    'zerolatency',
    '-g',
    rate < 5 ? '1' : '5',
  ]
  const sender = execa(path, [...input, ...codec, '-f', 'rtp', `rtp://127.0.0.1:${packets.address().port}`], {
    reject: false,
  })
  onTestFinished(async () => {
    sender.kill()
    await sender
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `rtsp${pem ? 's' : ''}://127.0.0.1:${port}/camera`,
    port,
    requests,
    pictures: patternPictures,
  }
}

async function patternPictures(format: 'gray' | 'yuv420p'): Promise<Buffer[]> {
  const count = ['-frames:v', String(MAX_PICTURES)]
  const all = await ffmpeg(...PATTERN, ...count, '-pix_fmt', format, '-f', 'rawvideo', 'pipe:1')
  const bytes = all.length / MAX_PICTURES
  return Array.from({ length: MAX_PICTURES }, (_, index) => all.subarray(index * bytes, (index + 1) * bytes))
}

function serve(
  viewer: Socket,
  packets: UdpSocket,
  requests: string[],
  { guard, control = 'track0', redirect, channel = 0, isEager, isTerse }: CameraOptions,
): void {
  let lines: string[] = []
  let send = (packet: Buffer): void => void viewer.write(interleaved(packet, channel))
  const reader = createInterface({ input: viewer })
  reader.on('error', () => undefined)
  reader.on('line', (line) => {
    if (lines.length === 0 && !line.endsWith('RTSP/1.0')) return
    lines.push(line)
    if (line !== '') return
    const request = lines.join('\n')
    requests.push(request)
    lines = []
    const [method = '', uri = ''] = request.split(' ')
    const header = (name: string): string => new RegExp(`^${name}: *(.*)$`, 'im').exec(request)?.[1] ?? ''
    const answer = (status: string, headers: string[] = [], body = ''): void => {
      const number = isTerse ? [] : [`CSeq: ${header('CSeq')}`]
      const head = [`RTSP/1.0 ${status}`, ...number, ...headers, '', body]
      viewer.write(head.join('\r\n'))
    }
    const challenges = method === 'OPTIONS' ? undefined : guard?.check(method, uri, header('Authorization'))
    if (challenges) {
      answer(
        '401 Unauthorized',
        challenges.map((challenge) => `WWW-Authenticate: ${challenge}`),
      )
      return
    }
    switch (method) {
      case 'OPTIONS':
        answer('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER'])
        return
      case 'DESCRIBE': {
        if (redirect !== undefined) {
          answer('302 Found', [`Location: ${redirect}`])
          return
        }
        const sdp = description(control)
        answer(
          '200 OK',
          [`Content-Base: ${uri}`, 'Content-Type: application/sdp', `Content-Length: ${sdp.length}`],
          sdp,
        )
        return
      }
      case 'SETUP': {
        const [, port] = /client_port=(\d+)/.exec(header('Transport')) ?? []
        if (port !== undefined) send = (packet) => packets.send(packet, Number(port), '127.0.0.1')
        const way =
          port === undefined
            ? `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`
            : `RTP/AVP;unicast;client_port=${port}-${Number(port) + 1};server_port=9-9`
        answer('200 OK', [`Session: 1${isTerse ? ';timeout=2' : ''}`, `Transport: ${way}`])
        return
      }
      case 'PLAY':
        packets.on('message', (packet) => send(packet))
        if (isEager) packets.once('message', () => answer('200 OK', ['Session: 1']))
        else answer('200 OK', ['Session: 1', `RTP-Info: url=${control ?? uri};seq=1;rtptime=0`])
        return
      case 'GET_PARAMETER':
        if (!isTerse) answer('200 OK', ['Session: 1'])
        return
      default:
        answer('200 OK', ['Session: 1'])
    }
  })
}

function description(control: string | null): string {
  const session = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=camera', 'c=IN IP4 127.0.0.1', 't=0 0']
  const track = ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1']
  return [...session, ...track, ...(control === null ? [] : [`a=control:${control}`]), ''].join('\r\n')
}

/** RFC 2326, section 10.12: `$`, the channel, the length, the packet. */
function interleaved(packet: Buffer, channel: number): Buffer {
  const header = Buffer.from([0x24, channel, 0, 0])
  header.writeUInt16BE(packet.length, 2)
  return Buffer.concat([header, packet])
}
