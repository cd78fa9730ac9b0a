import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { ensureBinary } from '../../src/runtime/binaries/index.js'
import { ffmpeg } from './support.js'

const SDP = [
  ...['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=camera', 'c=IN IP4 127.0.0.1', 't=0 0'],
  ...[
    'm=video 0 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'a=fmtp:96 packetization-mode=1',
    'a=control:track0',
    '',
  ],
].join('\r\n')

const ANSWERS: Record<string, string[]> = {
  OPTIONS: ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN'],
  DESCRIBE: ['Content-Type: application/sdp', `Content-Length: ${SDP.length}`],
  SETUP: ['Session: 1', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1'],
  PLAY: ['Session: 1'],
  TEARDOWN: ['Session: 1'],
}

interface RtspCamera {
  url: string
  /** Pictures that it sends, from its start. */
  pictures: (format: 'gray' | 'yuv420p') => Promise<Buffer[]>
}

const PATTERN = ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=25']
/** Number of pictures, more than a test waits for. */
const MAX_PICTURES = 1000

/**
 * An RTSP camera (RFC 2326) of the test pattern, 160x120 in H.264 without loss, which sends interleaved over TCP. ffmpeg
 * gives the RTP packets, since it cannot serve RTSP itself; nor does a package of npm that is looked after. Ends with the
 * running test.
 */
export async function rtspCamera(): Promise<RtspCamera> {
  const packets = createSocket('udp4').bind(0, '127.0.0.1')
  onTestFinished(() => void packets.close())
  const server = createServer((viewer) => {
    onTestFinished(() => void viewer.destroy())
    viewer.on('error', () => undefined)
    serve(viewer, packets)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await Promise.all([once(packets, 'listening'), once(server, 'listening')])

  const { path } = await ensureBinary('ffmpeg')
  const input = ['-loglevel', 'error', '-re', ...PATTERN]
  const codec = ['-c:v', 'libx264', '-qp', '0', '-pix_fmt', 'yuv420p', '-tune', 'zerolatency', '-g', '5']
  const sender = execa(path, [...input, ...codec, '-f', 'rtp', `rtp://127.0.0.1:${packets.address().port}`], {
    reject: false,
  })
  onTestFinished(async () => {
    sender.kill()
    await sender
  })
  return {
    url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/camera`,
    pictures: patternPictures,
  }
}

async function patternPictures(format: 'gray' | 'yuv420p'): Promise<Buffer[]> {
  const count = ['-frames:v', String(MAX_PICTURES)]
  const all = await ffmpeg(...PATTERN, ...count, '-pix_fmt', format, '-f', 'rawvideo', 'pipe:1')
  const bytes = all.length / MAX_PICTURES
  return Array.from({ length: MAX_PICTURES }, (_, index) => all.subarray(index * bytes, (index + 1) * bytes))
}

function serve(viewer: Socket, packets: UdpSocket): void {
  let method = ''
  let sequence = ''
  const requests = createInterface({ input: viewer })
  requests.on('error', () => undefined)
  requests.on('line', (line) => {
    if (line.endsWith('RTSP/1.0')) method = line.split(' ')[0] ?? ''
    if (line.startsWith('CSeq:')) sequence = line
    if (line !== '') return
    const body = method === 'DESCRIBE' ? SDP : ''
    viewer.write([`RTSP/1.0 200 OK`, sequence, ...(ANSWERS[method] ?? []), '', body].join('\r\n'))
    if (method === 'PLAY') packets.on('message', (packet) => viewer.write(interleaved(packet)))
  })
}

/** RFC 2326, section 10.12: `$`, the channel, the length, the packet. */
function interleaved(packet: Buffer): Buffer {
  const header = Buffer.from([0x24, 0, 0, 0])
  header.writeUInt16BE(packet.length, 2)
  return Buffer.concat([header, packet])
}
