import type { Socket } from 'node:net'
import type { NetworkPlan } from '../../../core/plan/plan.js'
import type { Credentials } from '../../../core/text/camera-url.js'
import { Authorization } from '../authorization.js'
import { connectionFailure, statusFailure, type NetworkFailure } from '../network-failure.js'
import { isTrustedAlike, redirectTarget } from '../redirect.js'
import type { ControlUrls } from './control-urls.js'
import { dial } from './dial.js'
import { encodeMessage, headerOf, statusOf, withHeaders, type Message } from './message.js'
import { Splitter } from './splitter.js'

export interface CameraSideOptions extends Pick<NetworkPlan, 'tls' | 'redirects'> {
  url: URL
  credentials: Credentials | undefined
}

interface Handlers {
  /** Sends bytes to ffmpeg; false when it has enough for now. */
  send: (bytes: Buffer) => boolean
  /** Called when nothing more will come, with the reason if it is the camera's. */
  onEnd: (failure: NetworkFailure | undefined) => void
}

interface Request {
  message: Message
  /** Its number at ffmpeg. */
  sequence: string
  /** Whether it was sent with user and password. */
  answered: boolean
  /** How often the camera has refused it. */
  refusals: number
}

/** Most refusals of a request that are answered: for want of user and password, and for a stale nonce. */
const MAX_REFUSALS = 2

/** Most requests that are remembered while the camera has not answered them, and redirects; ffmpeg waits for two at most. */
const MAX_REQUESTS = 16

/** The relay's side towards the camera: sends requests of ffmpeg in the camera's own addresses, and answers challenges and redirects. */
export class CameraSide {
  readonly #urls: ControlUrls
  readonly #options: CameraSideOptions
  readonly #handlers: Handlers
  readonly #requests = new Map<number, Request>()
  readonly #authorization: Authorization | undefined
  readonly #abort = new AbortController()
  #socket: Socket
  /** Server that is connected. */
  #server: URL
  #sequence = 0
  #redirects = 0
  /** Whether the stream was begun; what the camera refuses afterwards, such as a way to keep its session, does not end it. */
  #isPlaying = false

  constructor(socket: Socket, urls: ControlUrls, options: CameraSideOptions, handlers: Handlers) {
    this.#urls = urls
    this.#options = options
    this.#handlers = handlers
    this.#server = options.url
    this.#authorization = options.credentials && new Authorization(options.credentials)
    this.#socket = this.#attach(socket)
  }

  /** Sends on a message of ffmpeg. */
  ask(message: Message): void {
    if (statusOf(message)) {
      this.#socket.write(encodeMessage(message))
      return
    }
    // Some cameras never answer what keeps a session alive.
    const [oldest] = this.#requests.keys()
    if (oldest !== undefined && this.#requests.size >= MAX_REQUESTS) this.#requests.delete(oldest)
    this.#send({ message, sequence: headerOf(message, 'cseq') ?? '', answered: false, refusals: 0 })
  }

  /** Sends on packets of ffmpeg, its reports on reception. */
  pass(packets: Buffer): void {
    // Reports that the camera does not take are of no use later.
    if (!this.#socket.writableNeedDrain) this.#socket.write(packets)
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#abort.abort()
    this.#socket.destroy()
  }

  #attach(socket: Socket): Socket {
    const splitter = new Splitter({
      onPackets: (packets) => this.#give(packets),
      onMessage: (message) => this.#receive(message),
    })
    socket.on('data', (bytes) => {
      try {
        if (socket === this.#socket) splitter.push(bytes)
      } catch (error) {
        this.#handlers.onEnd(connectionFailure(this.#server.host, error))
      }
    })
    socket.on('error', (error) => {
      if (socket === this.#socket) this.#handlers.onEnd(connectionFailure(this.#server.host, error))
    })
    const onClose = (): void => {
      if (socket === this.#socket) this.#handlers.onEnd(undefined)
    }
    socket.on('close', onClose)
    if (socket.destroyed) setImmediate(onClose)
    return socket
  }

  #give(bytes: Buffer): void {
    if (!this.#handlers.send(bytes)) this.#socket.pause()
  }

  #send(request: Request): void {
    const { message } = request
    const [method = '', local = ''] = message.start.split(' ')
    const uri = this.#urls.toRemote(local)
    const isHome = isTrustedAlike(this.#options.url, this.#server)
    const authorization = isHome ? this.#authorization?.header(method, uri) : undefined
    const sequence = ++this.#sequence
    this.#requests.set(sequence, { ...request, answered: authorization !== undefined })
    const sent = withHeaders(message, { cseq: String(sequence), authorization })
    this.#socket.write(encodeMessage({ ...sent, start: `${method} ${uri} RTSP/1.0` }))
  }

  #receive(message: Message): void {
    const answer = statusOf(message)
    if (!answer) {
      // A request of the camera.
      const [method = ''] = message.start.split(' ')
      this.#give(encodeMessage({ ...message, start: `${method} ${this.#urls.local} RTSP/1.0` }))
      return
    }
    // Answers come in the order of the requests, so one without a number is that to the oldest.
    const number = Number(headerOf(message, 'cseq') ?? this.#requests.keys().next().value)
    const request = this.#requests.get(number)
    if (!request) return
    this.#requests.delete(number)
    const { status, reason } = answer
    if (status < 300 && request.answered)
      this.#authorization?.accepted(headerOf(message, 'authentication-info'))
    if (status < 300 && request.message.start.startsWith('PLAY ')) this.#isPlaying = true
    if (status === 401 && this.#accept(message, request))
      this.#send({ ...request, refusals: request.refusals + 1 })
    else if (status >= 300 && status < 400) void this.#redirect(message, request)
    else if (!this.#isPlaying && (status === 401 || status === 403)) {
      const failure = statusFailure(this.#server.host, status, reason, this.#authorization !== undefined)
      this.#handlers.onEnd(failure)
    } else this.#give(encodeMessage(this.#translate(message, request)))
  }

  #accept(message: Message, { answered, refusals }: Request): boolean {
    if (refusals >= MAX_REFUSALS || !isTrustedAlike(this.#options.url, this.#server)) return false
    return this.#authorization?.accept(headerOf(message, 'www-authenticate'), answered) ?? false
  }

  /** Connects to where the camera redirects, and asks there. */
  async #redirect(message: Message, request: Request): Promise<void> {
    try {
      const target = redirectTarget(this.#server, headerOf(message, 'location'), this.#options.redirects)
      if (++this.#redirects > MAX_REQUESTS) throw new Error('redirects again and again')
      const { tls } = this.#options
      const before = this.#socket
      const { signal } = this.#abort
      const socket = await dial(target, { tls, signal })
      if (signal.aborted) {
        socket.destroy()
        return
      }
      this.#server = target
      this.#urls.stream = target.href
      this.#socket = socket
      before.destroy()
      this.#attach(socket)
      this.#send({ ...request, answered: false })
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#handlers.onEnd(connectionFailure(this.#server.host, error))
    }
  }

  /** A response in the relay's addresses. */
  #translate(message: Message, { message: asked, sequence }: Request): Message {
    const changed: Record<string, string | undefined> = { cseq: sequence }
    const info = headerOf(message, 'rtp-info')
    if (info !== undefined) changed['rtp-info'] = this.#urls.rewriteInfo(info)
    const transport = headerOf(message, 'transport')
    if (transport !== undefined) changed.transport = this.#fromCamera(transport)
    if (!asked.start.startsWith('DESCRIBE ') || message.body.length === 0)
      return withHeaders(message, changed)

    const base = headerOf(message, 'content-base') ?? headerOf(message, 'content-location')
    const absolute =
      base !== undefined && /^\w+:\/\//.test(base)
        ? base.replace(/\s/g, encodeURIComponent)
        : this.#urls.stream
    const body = Buffer.from(this.#urls.rewrite(message.body.toString('latin1'), absolute), 'latin1')
    const removed = { 'content-base': undefined, 'content-location': undefined }
    return {
      ...withHeaders(message, { ...changed, ...removed, 'content-length': String(body.length) }),
      body,
    }
  }

  /** Over UDP ffmpeg sends its reports to the camera's own address: neither to the relay, nor to where the camera says. */
  #fromCamera(transport: string): string {
    if (/interleaved=/i.test(transport)) return transport
    // ffmpeg takes the first one.
    const [first = ''] = transport.split(',')
    const rest = first.split(';').filter((part) => !/^\s*(?:source|destination)=/i.test(part))
    return [...rest, `source=${this.#socket.remoteAddress ?? ''}`].join(';')
  }
}
