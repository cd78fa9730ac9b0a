import { request as httpRequest } from 'node:http'
import type { Socket } from 'node:net'
import { NetworkFailure } from '../network-failure.js'
import { hostOf, portOf } from '../url.js'

/** The proxy of the environment (`http_proxy`), unless `no_proxy` excepts the host; in the form that curl and ffmpeg know. */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): URL | undefined {
  const { http_proxy: proxy = '', no_proxy: except = '' } = env
  if (!URL.canParse(proxy)) return undefined
  const host = hostOf(url)
  const isExcepted = except
    .split(/[\s,]+/)
    .map((each) => each.replace(/^\*?\./, ''))
    .some((each) => each !== '' && (each === '*' || host === each || host.endsWith(`.${each}`)))
  return isExcepted ? undefined : new URL(proxy)
}

/** Header by which a proxy is told its own user and password. */
export function proxyHeaders({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'Proxy-Authorization': `Basic ${Buffer.from(user).toString('base64')}` }
}

/** A connection through the proxy to the server of a URL (RFC 9110, section 9.3.6). @throws NetworkFailure */
export async function tunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${portOf(url)}`
  const request = httpRequest({
    ...{ method: 'CONNECT', host: hostOf(proxy), port: portOf(proxy), path: target },
    ...{ headers: { Host: target, ...proxyHeaders(proxy) }, agent: false, signal },
  })
  return await new Promise((resolve, reject) => {
    request.once('error', reject)
    request.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode === 200) {
        resolve(socket)
        return
      }
      socket.destroy()
      reject(new NetworkFailure('DAFFI_SOURCE_UNREACHABLE', `the proxy answers ${statusCode}`))
    })
    request.end()
  })
}
