import { DaffiError } from '../../core/errors.js'
import type { NetworkPlan } from '../../core/plan/plan.js'

const SCHEMES = { rtsp: ['rtsp:', 'rtsps:'], http: ['http:', 'https:'] }

/** Checks the scheme of a URL. @throws DaffiError DAFFI_SOURCE_BAD_URL, without the URL, which may hold a password */
export function checkUrl({ kind, url }: NetworkPlan, name: string): void {
  if (!URL.canParse(url) || !SCHEMES[kind].includes(new URL(url).protocol)) {
    const schemes = SCHEMES[kind].map((scheme) => `${scheme}//`).join(' or ')
    throw new DaffiError('DAFFI_SOURCE_BAD_URL', `source ${name}: its url must start with ${schemes}`)
  }
}

/** The URL without user, password and query, all of which cameras use for credentials. */
export function safeUrl(url: string): string {
  return withoutUser(url).replace(/[?#].*$/s, '')
}

/** The text with `url` made safe, and without the users and passwords of any other URLs. */
export function withoutCredentials(text: string, url: string | undefined): string {
  return withoutUser(url === undefined ? text : text.replaceAll(url, safeUrl(url)))
}

function withoutUser(text: string): string {
  return text.replace(/(\w:\/\/)[^/\s]*@/g, '$1')
}
