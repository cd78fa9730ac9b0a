import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { ServedAt } from './access.js'
import type { Login } from './login.js'

/** More than a password has, in any encoding. */
const MAX_BODY = 4096

/** Answers a request whose body is a password, with a cookie for who has the right one. */
export async function answerLogin(c: Context, login: Login, at: ServedAt): Promise<Response> {
  const password = await shortText(c.req.raw)
  if (password === undefined) return c.text('this is no password\n', 413)
  const result = login.enter(password, getConnInfo(c).remote.address ?? '')
  if (result.is === 'wrong') return c.text('this is not the password\n', 403)
  if (result.is === 'too early') {
    const seconds = Math.ceil(result.waitMs / 1000)
    c.header('Retry-After', String(seconds))
    return c.text(`too many wrong passwords; try again in ${seconds} s\n`, 429)
  }
  setCookie(c, cookieOf(at), result.cookie, {
    path: '/',
    httpOnly: true,
    sameSite: 'Strict',
    secure: at.scheme === 'https',
  })
  return c.body(null, 204)
}

/** Value of the cookie that a request has. */
export function cookieIn(c: Context, at: ServedAt): string | undefined {
  return getCookie(c, cookieOf(at))
}

/** Name of the cookie. It has the port, since cookies know none: a browser sends those of all servers of a host to each of them. */
function cookieOf({ scheme, port }: ServedAt): string {
  // Browsers let nobody set this one without TLS.
  return `${scheme === 'https' ? '__Host-' : ''}daffi-view-${port}`
}

/** Text of a body; undefined when it is too long. */
async function shortText({ body }: Request): Promise<string | undefined> {
  if (!body) return ''
  const parts: Uint8Array[] = []
  let length = 0
  // A body that is too long is not read to its end.
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
    length += part.length
    if (length > MAX_BODY) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}
