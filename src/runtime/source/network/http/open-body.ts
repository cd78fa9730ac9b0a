import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { KIB } from '../../../core/bytes.js'
import type { NetworkPlan } from '../../../core/plan/plan.js'
import { splitCameraUrl } from '../../../core/text/camera-url.js'
import { Authorization } from '../authorization.js'
import { connectionFailure, NetworkFailure, statusFailure } from '../network-failure.js'
import { isTrustedAlike, redirectTarget } from '../redirect.js'
import { tlsOptions } from '../tls.js'
import { hostOf, portOf, usesTls } from '../url.js'
import { proxyFor, proxyHeaders, tunnel } from './proxy.js'

const MAX_HEADER_BYTES = 64 * KIB
/** Headers that some servers do not answer without. */
const HEADERS = { 'User-Agent': 'daffi', Accept: '*/*' }
/** Most requests for one response: redirects, and answers to challenges. */
const MAX_REQUESTS = 8

/**
 * Asks a camera for its pictures, and gives the response once its header is there. User and password are sent only when the
 * camera asks for them, and only to its own host.
 * @param headers further ones, such as `User-Agent`
 * @throws NetworkFailure
 */
export async function openBody(
  { url: text, redirects, tls }: NetworkPlan,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { url: first, credentials } = splitCameraUrl(text)
  const authorization = credentials && new Authorization(credentials)
  let url = first
  let answered = false
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    const isHome = isTrustedAlike(first, url)
    const answer = isHome ? authorization?.header('GET', url.pathname + url.search) : undefined
    const all = { ...HEADERS, ...headers, ...(answer === undefined ? {} : { Authorization: answer }) }
    const response = await ask(url, { headers: all, tls, signal })
    const { statusCode: status = 0, statusMessage: reason = '' } = response
    if (status < 300) return response
    response.on('error', () => undefined).destroy()
    if (status === 401 && isHome && authorization?.accept(response.headers['www-authenticate'], answered)) {
      answered = true
    } else if (status < 400) {
      url = redirectTarget(url, response.headers.location, redirects)
      answered = false
    } else throw statusFailure(url.host, status, reason, isHome && credentials !== undefined)
  }
  throw new NetworkFailure(
    'DAFFI_SOURCE_FAILED',
    `${first.host} redirects, or asks for the password, again and again`,
  )
}

interface Question extends Pick<NetworkPlan, 'tls'> {
  headers: Record<string, string>
  signal: AbortSignal
}

async function ask(url: URL, { headers, tls, signal }: Question): Promise<IncomingMessage> {
  try {
    const proxy = proxyFor(url)
    const common = {
      ...{ headers: { Host: url.host, ...headers }, agent: false, signal },
      // Cameras are lax about the form of headers. The one response of a connection is all that it could spoil.
      ...{ insecureHTTPParser: true, maxHeaderSize: MAX_HEADER_BYTES },
    }
    const path = url.pathname + url.search
    if (!usesTls(url)) {
      const to = proxy ?? url
      const target = proxy
        ? { path: url.href, headers: { ...common.headers, ...proxyHeaders(proxy) } }
        : { path }
      return await answer(httpRequest({ ...common, host: hostOf(to), port: portOf(to), ...target }))
    }
    const trust = await tlsOptions(tls, hostOf(url))
    if (!proxy) return await answer(httpsRequest({ ...common, ...trust, port: portOf(url), path }))
    const socket = await tunnel(proxy, url, signal)
    const createConnection = (): Socket => connectTls({ ...trust, socket })
    return await answer(httpsRequest({ ...common, agent: undefined, createConnection, path }))
  } catch (error) {
    throw connectionFailure(url.host, error)
  }
}

async function answer(request: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    request.once('response', resolve)
    // Errors after the response are the response's own.
    request.on('error', reject)
    request.end()
  })
}
