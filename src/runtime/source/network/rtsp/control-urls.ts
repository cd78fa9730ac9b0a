import { NetworkFailure } from '../network-failure.js'

/** Limits of a description: each address in it is kept with its base. */
const MAX_BASE = 2048
const MAX_CONTROLS = 64
const CONTROL = 'a=control:'

/**
 * The camera's addresses, and those that stand for them at the relay, by number: 0 is the stream as a whole. The relay's
 * addresses say nothing about the camera's, which often hold a password.
 */
export class ControlUrls {
  /** The stream as a whole, for ffmpeg. */
  readonly local: string
  readonly #base: string
  readonly #remotes: string[]

  /** @param base of the relay's addresses, such as `rtsp://127.0.0.1:4711/` */
  constructor(base: string, stream: string) {
    this.#base = base
    this.#remotes = [stream]
    this.local = `${base}0`
  }

  /** The stream as a whole, at the camera. */
  get stream(): string {
    return this.#remotes[0] ?? ''
  }

  set stream(remote: string) {
    this.#remotes[0] = remote
  }

  /** The camera's address for one of the relay's; the stream's for any other. */
  toRemote(local: string): string {
    const [, number] = /\/(\d+)\/?$/.exec(local) ?? []
    return this.#remotes[Number(number ?? 0)] ?? this.stream
  }

  toLocal(remote: string): string | undefined {
    const number = this.#remotes.indexOf(remote)
    return number === -1 ? undefined : `${this.#base}${number}`
  }

  /**
   * The description of the stream (SDP, RFC 4566) with the relay's addresses in it.
   * @param base of the relative addresses in it
   * @throws NetworkFailure when it has too many of them, or too long a base
   */
  rewrite(description: string, base: string): string {
    this.#remotes.length = 1
    if (base.length > MAX_BASE) throw tooLarge()
    this.stream = base
    let isSession = true
    const lines = description.split(/\r\n|\r|\n/).map((line) => {
      if (line.startsWith('m=')) isSession = false
      if (!line.startsWith(CONTROL)) return line
      const remote = resolveControl(this.stream, line.slice(CONTROL.length).trim())
      if (remote.length > 2 * MAX_BASE || this.#remotes.length > MAX_CONTROLS) throw tooLarge()
      if (isSession) this.stream = remote
      else this.#remotes.push(remote)
      return `a=control:${this.#base}${isSession ? 0 : this.#remotes.length - 1}`
    })
    return lines.join('\r\n')
  }

  /** The value of `RTP-Info` with the relay's addresses; undefined when nothing is left of it. */
  rewriteInfo(value: string): string | undefined {
    const infos = value.split(/,(?=\s*url=)/).flatMap((info) => {
      const [, remote = '', rest = ''] = /^\s*url="?([^;"]+)"?(.*)$/.exec(info) ?? []
      const local = this.toLocal(resolveControl(this.stream, remote))
      return local === undefined ? [] : [`url=${local}${rest}`]
    })
    return infos.length === 0 ? undefined : infos.join(',')
  }
}

function tooLarge(): NetworkFailure {
  return new NetworkFailure('DAFFI_SOURCE_FAILED', 'its description of the stream is too large')
}

/** Resolves an address as ffmpeg and live555 do: a relative one is put behind its base, whatever that ends in. */
function resolveControl(base: string, control: string): string {
  if (control === '*' || control === '') return base
  const text = /^\w+:\/\//.test(control) ? control : `${base}${base.endsWith('/') ? '' : '/'}${control}`
  return text.replace(/\s/g, encodeURIComponent)
}
