import { DaffiError } from '../../core/errors.js'
import type { NetworkPlan } from '../../core/plan/plan.js'
import { percentDecoded } from '../../core/text/percent-decoded.js'

const SCHEMES = { rtsp: ['rtsp:', 'rtsps:'], http: ['http:', 'https:'] }

const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443, 'rtsp:': 554, 'rtsps:': 322 }

/** User and password of a camera. */
export interface Credentials {
  user: string
  password: string
}

/** Checks the scheme of a URL. @throws DaffiError DAFFI_SOURCE_BAD_URL, without the URL, which may hold a password */
export function checkUrl({ kind, url }: Pick<NetworkPlan, 'kind' | 'url'>, name: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (!parsed?.hostname || !SCHEMES[kind].includes(parsed.protocol)) {
    const schemes = SCHEMES[kind].map((scheme) => `${scheme}//`).join(' or ')
    throw new DaffiError('DAFFI_SOURCE_BAD_URL', `source ${name}: its url must start with ${schemes}`)
  }
}

/** The URL without user, password and fragment, and the credentials that it had. */
export function splitUrl(text: string): { url: URL; credentials: Credentials | undefined } {
  const url = new URL(text)
  const credentials =
    url.username || url.password
      ? { user: percentDecoded(url.username), password: percentDecoded(url.password) }
      : undefined
  url.username = ''
  url.password = ''
  url.hash = ''
  return { url, credentials }
}

/** Whether the scheme is one over TLS. */
export function usesTls({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'rtsps:'
}

/** Host of a URL as Node's connections take it: without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Port of a URL, or the standard one of its scheme. */
export function portOf({ port, protocol }: URL): number {
  return port === '' ? (PORTS[protocol] ?? 0) : Number(port)
}
