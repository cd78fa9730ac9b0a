import { domainToASCII } from 'node:url'
import { DaffiError } from '../../core/errors.js'
import type { NetworkPlan } from '../../core/plan/plan.js'
import { cameraUrlFault } from '../../core/text/camera-url.js'

const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443, 'rtsp:': 554, 'rtsps:': 322 }

/** Checks the URL of a camera. @throws DaffiError DAFFI_SOURCE_BAD_URL, without the URL, which may hold a password */
export function checkUrl({ kind, url }: Pick<NetworkPlan, 'kind' | 'url'>, name: string): void {
  const fault = cameraUrlFault(kind, url)
  if (fault !== undefined) throw new DaffiError('DAFFI_SOURCE_BAD_URL', `source ${name}: its url ${fault}`)
}

/** Whether the scheme is one over TLS. */
export function usesTls({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'rtsps:'
}

/** Host of a URL as Node's connections take it: without the brackets of an IPv6 address, and in ASCII. */
export function hostOf({ hostname }: URL): string {
  const [, ipv6] = /^\[(.*)\]$/.exec(hostname) ?? []
  // Only of web schemes does URL itself bring names into this form.
  return ipv6 ?? (domainToASCII(hostname.includes('%') ? decodeURIComponent(hostname) : hostname) || hostname)
}

/** Port of a URL, or the standard one of its scheme. */
export function portOf({ port, protocol }: URL): number {
  return port === '' ? (PORTS[protocol] ?? 0) : Number(port)
}

/** Whether the port is the standard one of the URL's scheme. */
export function hasStandardPort(url: URL): boolean {
  return portOf(url) === PORTS[url.protocol]
}
