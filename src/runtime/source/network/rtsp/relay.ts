import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { connectionFailure, type NetworkFailure } from '../network-failure.js'
import { CameraSide, type CameraSideOptions } from './camera-side.js'
import { ControlUrls } from './control-urls.js'
import { isOwnPeer } from './own-peer.js'
import { Splitter } from './splitter.js'

/**
 * Relay between ffmpeg and an RTSP camera. It listens on the loopback for one connection of this user, and closes behind it. Towards the
 * camera it speaks TLS, and adds the answers to its challenges; ffmpeg knows neither the camera's address nor a password.
 */
export class Relay {
  /** Address for ffmpeg. */
  readonly url: string
  readonly #server: Server
  readonly #camera: CameraSide
  #ffmpeg: Socket | undefined
  #failed: NetworkFailure | undefined
  #isClosed = false

  private constructor(server: Server, camera: Socket, options: CameraSideOptions) {
    const { port } = server.address() as AddressInfo
    const urls = new ControlUrls(`rtsp://127.0.0.1:${port}/`, options.url.href)
    this.url = urls.local
    this.#server = server
    this.#camera = new CameraSide(camera, urls, options, {
      send: (bytes) => this.#ffmpeg?.write(bytes) ?? true,
      onEnd: (failure) => this.#end(failure),
    })
    server.on('connection', (socket) => this.#accept(socket))
  }

  /** @param camera an open connection to it, which the relay owns from now on @throws NetworkFailure */
  static async open(camera: Socket, options: CameraSideOptions): Promise<Relay> {
    try {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      return new Relay(server, camera, options)
    } catch (error) {
      camera.destroy()
      throw connectionFailure('127.0.0.1', error)
    }
  }

  get failure(): NetworkFailure | undefined {
    return this.#failed
  }

  close(): void {
    this.#isClosed = true
    this.#server.close()
    this.#ffmpeg?.destroy()
    this.#camera.close()
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined)
    if (this.#isClosed || this.#ffmpeg || !this.#isOwn(socket)) {
      socket.destroy()
      return
    }
    this.#server.close()
    this.#ffmpeg = socket.setNoDelay(true)
    const splitter = new Splitter({
      onPackets: (bytes) => this.#camera.pass(bytes),
      onMessage: (message) => this.#camera.ask(message),
    })
    socket.on('data', (bytes) => {
      try {
        splitter.push(bytes)
      } catch (error) {
        this.#end(connectionFailure('ffmpeg', error))
      }
    })
    socket.on('drain', () => this.#camera.resume())
    socket.on('close', () => this.#camera.close())
  }

  #isOwn(socket: Socket): boolean {
    try {
      return isOwnPeer(socket)
    } catch (error) {
      this.#end(connectionFailure('/proc/net/tcp', error))
      return false
    }
  }

  /** Lets ffmpeg read what has come already, and then see the end. */
  #end(failure: NetworkFailure | undefined): void {
    if (!this.#isClosed) this.#failed ??= failure
    this.#server.close()
    this.#ffmpeg?.end()
    this.#camera.close()
  }
}
