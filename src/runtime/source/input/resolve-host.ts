import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { DaffiError } from '../../core/errors.js'

/** A URL as ffmpeg gets it. */
export interface ResolvedUrl {
  url: string
  /** Host and port of the original URL, when an address has replaced them. */
  host: string | undefined
}

/** Three groups: `scheme://user:password@` up to the host, the host, and the port. */
const AUTHORITY = /^(\w+:\/\/(?:[^/?#]*@)?)(\[[^\]]*\]|[^:/?#]*)(:\d+)?/

/**
 * The URL with each address of its host in place of the name: statically linked builds of ffmpeg, such as those that
 * daffi fetches, crash when they look up a name. With TLS the name itself comes first, as servers may require it, and
 * with a proxy too, as the proxy may be the only one that can resolve it.
 * @throws DaffiError DAFFI_SOURCE_UNREACHABLE
 */
export async function resolveHost(url: string, source: string): Promise<ResolvedUrl[]> {
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
