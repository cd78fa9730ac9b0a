import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { DaffiError } from '../../core/errors.js'

/** A URL as ffmpeg is to have it. */
export interface Address {
  url: string
  /** The host and port that the URL named, where an address stands in for them. */
  host: string | undefined
}

/** `scheme://user:password@` up to the host, the host, and its port. */
const AUTHORITY = /^(\w+:\/\/(?:[^/?#]*@)?)(\[[^\]]*\]|[^:/?#]*)(:\d+)?/

/**
 * The URL with each of its host's addresses in place of the name: builds of ffmpeg that are linked statically, as those
 * that daffi fetches, crash when they look up a name. The name itself comes first with TLS, for servers may want to hear
 * it, and with a proxy, which may be the only one to know it.
 * @throws DaffiError DAFFI_SOURCE_UNREACHABLE
 */
export async function addressesOf(url: string, source: string): Promise<Address[]> {
  const [authority = '', before = '', host = '', port = ''] = AUTHORITY.exec(url) ?? []
  const named = { url, host: undefined }
  if (host.startsWith('[') || isIP(host)) return [named]
  const viaProxy = /^https?:/i.test(url) && Boolean(process.env.http_proxy)
  const found = await lookup(host, { all: true }).catch((error: unknown) => {
    if (viaProxy) return []
    const message = `source ${source}: the host ${host} is not known (${(error as NodeJS.ErrnoException).code ?? String(error)})`
    throw new DaffiError('DAFFI_SOURCE_UNREACHABLE', message, { details: { source, frames: 0 } })
  })
  const rest = url.slice(authority.length)
  const addresses = found.map(({ address, family }) => ({
    url: `${before}${family === 6 ? `[${address}]` : address}${port}${rest}`,
    host: host + port,
  }))
  return viaProxy || /^(https|rtsps):/i.test(url) ? [named, ...addresses] : addresses
}
