import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ControlUrls } from '../../../src/runtime/source/network/rtsp/control-urls.js'
import { encodeMessage, type Message } from '../../../src/runtime/source/network/rtsp/message.js'
import { Splitter } from '../../../src/runtime/source/network/rtsp/splitter.js'

const packet = fc.uint8Array({ maxLength: 300 }).map((data) => {
  const header = Buffer.from([0x24, 1, 0, 0])
  header.writeUInt16BE(data.length, 2)
  return { packet: Buffer.concat([header, data]) }
})
const message = fc.uint8Array({ maxLength: 300 }).map((data): { message: Message } => ({
  message: {
    start: 'RTSP/1.0 200 OK',
    headers: [
      ['CSeq', '1'],
      ['Content-Length', String(data.length)],
    ],
    body: Buffer.from(data),
  },
}))

test.each(['\r', '', '\r\r'])('a header of nothing but blanks and %j takes no time', (end) => {
  const blanks = ' '.repeat(15_000)
  const seen: Message[] = []
  const splitter = new Splitter({ onPackets: () => undefined, onMessage: (message) => seen.push(message) })
  const head = `RTSP/1.0 200 OK\r\na:${blanks}x${blanks}${end}y\r\nCSeq: 7\r\n\r\n`
  splitter.push(Buffer.from(head))
  expect(seen[0]?.headers).toContainEqual(['CSeq', '7'])
})

test('a description with addresses without end is refused', () => {
  const urls = new ControlUrls('rtsp://127.0.0.1:1/', 'rtsp://camera/')
  const controls = `m=video 0 RTP/AVP 96\r\na=control:x\r\n`
  expect(urls.rewrite(controls.repeat(60), 'rtsp://camera/')).toContain('a=control:rtsp://127.0.0.1:1/60')
  expect(() => urls.rewrite(controls.repeat(100), 'rtsp://camera/')).toThrow(/too large/)
  expect(() => urls.rewrite(controls, `rtsp://camera/${'x'.repeat(3000)}`)).toThrow(/too large/)
  const line = `a=control:${' '.repeat(50_000)}x${' '.repeat(50_000)}\ry`
  expect(urls.rewrite(line, 'rtsp://camera/')).toContain('a=control:rtsp://127.0.0.1:1/0')
})

test('messages and packets come out as they went in, however they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(packet, message)), fc.array(fc.nat(400)), (items, cuts) => {
      const sent = Buffer.concat(
        items.map((item) => ('packet' in item ? item.packet : encodeMessage(item.message))),
      )
      const packets: Buffer[] = []
      const messages: Message[] = []
      const splitter = new Splitter({
        onPackets: (bytes) => packets.push(Buffer.from(bytes)),
        onMessage: (each) => messages.push(each),
      })
      let at = 0
      for (const cut of [...cuts, sent.length]) {
        splitter.push(sent.subarray(at, at + cut))
        at = Math.min(sent.length, at + cut)
      }
      const expected = items.flatMap((item) => ('packet' in item ? [item.packet] : []))
      expect(Buffer.concat(packets).equals(Buffer.concat(expected))).toBe(true)
      expect(messages).toEqual(items.flatMap((item) => ('message' in item ? [item.message] : [])))
    }),
  )
})

test('a large message in chunks of one byte takes no time', () => {
  const seen: Message[] = []
  const splitter = new Splitter({ onPackets: () => undefined, onMessage: (each) => seen.push(each) })
  const [padding, body] = ['x'.repeat(60_000), 'y'.repeat(250_000)]
  const sent = Buffer.from(
    `RTSP/1.0 200 OK\r\nX: ${padding}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  const before = process.cpuUsage()
  for (let at = 0; at < sent.length; at++) splitter.push(sent.subarray(at, at + 1))
  expect(seen).toHaveLength(1)
  expect(seen[0]?.body.toString()).toBe(body)
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
})

test('whatever comes, a splitter throws nothing but a failure', () => {
  const text = fc.constantFrom(
    'RTSP/1.0 200 OK\r\n',
    'CSeq: 1\r\n',
    'Content-Length: -1\r\n',
    '\r\n',
    '\n',
    '$',
    'OPTIONS * RTSP/1.0\r\n',
  )
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          text.map((each) => Buffer.from(each)),
          fc.uint8Array({ maxLength: 9 }).map((each) => Buffer.from(each)),
        ),
      ),
      (chunks) => {
        const splitter = new Splitter({ onPackets: () => undefined, onMessage: () => undefined })
        try {
          for (const chunk of chunks) splitter.push(chunk)
        } catch (error) {
          expect(error).toMatchObject({ code: 'DAFFI_SOURCE_FAILED' })
        }
      },
    ),
  )
})

const STREAM = 'rtsp://camera/1?pwd=secret'
const BASE = 'rtsp://127.0.0.1:4711/'

test.each([
  [
    'relative addresses',
    'a=control:*\r\nm=video\r\na=control:track1\r\nm=audio\r\na=control:/track2',
    STREAM,
    `${STREAM}/track1`,
  ],
  [
    'absolute addresses',
    'a=control:rtsp://camera/all\r\nm=video\r\na=control:rtsp://camera/all/1',
    'rtsp://camera/all',
    'rtsp://camera/all/1',
  ],
  [
    'an address relative to that of the whole',
    'a=control:rtsp://camera/all/\nm=video\na=control:1',
    'rtsp://camera/all/',
    'rtsp://camera/all/1',
  ],
])('%s are replaced, and found again', (_, description, stream, track) => {
  const urls = new ControlUrls(BASE, STREAM)
  const local = urls.rewrite(description, STREAM)
  expect(local.match(/^a=control:.*$/gm)?.slice(0, 2)).toEqual([`a=control:${BASE}0`, `a=control:${BASE}1`])
  expect(local).not.toMatch(/camera|secret/)
  expect([urls.toRemote(`${BASE}0`), urls.toRemote(`${BASE}1`), urls.toRemote(`${BASE}9`)]).toEqual([
    stream,
    track,
    stream,
  ])
  expect(urls.rewriteInfo(`url=${track};seq=1;rtptime=2,url=rtsp://other/1;seq=3`)).toBe(
    `url=${BASE}1;seq=1;rtptime=2`,
  )
  expect(urls.rewriteInfo('url=rtsp://other/1')).toBeUndefined()
})
