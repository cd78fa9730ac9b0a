import { createHash } from 'node:crypto'

export const USER = 'viewer'
export const PASSWORD = 'hunter2-yard'

/** Asks for user and password, as a server does. */
export interface Guard {
  /** Challenges for a request that lacks the right `Authorization`; undefined when it has it. */
  check: (method: string, uri: string, authorization: string) => string[] | undefined
}

/** Fields of `Digest name="value", other=value`. */
export function fieldsOf(header: string): Partial<Record<string, string>> {
  const fields = header.replace(/^Digest /, '').matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]*))/g)
  return Object.fromEntries([...fields].map(([, name = '', quoted, bare]) => [name, quoted ?? bare]))
}

/** The response that section 3.4.1 of RFC 7616 has for these fields with `qop=auth`. */
export function digestResponse(
  fields: ReturnType<typeof fieldsOf>,
  password: string,
  method: string,
): string {
  const hash = fields.algorithm === 'SHA-256' ? 'sha256' : 'md5'
  const H = (text: string): string => createHash(hash).update(text).digest('hex')
  const { username = '', realm = '', nonce = '', nc = '', cnonce = '', uri = '' } = fields
  const data = `${nonce}:${nc}:${cnonce}:auth:${H(`${method}:${uri}`)}`
  return H(`${H(`${username}:${realm}:${password}`)}:${data}`)
}

/** Asks for Digest; a nonce is good for some requests only, and then stale. */
export function digestGuard(algorithm: 'MD5' | 'SHA-256', uses = Infinity): Guard {
  let number = 1
  let left = uses
  let count = 0
  return {
    check(method, uri, authorization) {
      const fields = fieldsOf(authorization)
      const nonce = `nonce-${number}`
      const challenge = `Digest realm="a \\"yard\\"", qop="auth,auth-int", algorithm=${algorithm}, opaque="x", nonce=`
      const isRight =
        fields.username === USER &&
        fields.uri === uri &&
        fields.response === rightResponse(fields, algorithm, method)
      if (!isRight) return [`Basic realm="yard"`, `${challenge}"${nonce}"`]
      if (fields.nonce !== nonce || left === 0) {
        left = uses
        count = 0
        return [`${challenge}"nonce-${++number}", stale=TRUE`]
      }
      if (fields.nc !== (++count).toString(16).padStart(8, '0'))
        throw new Error(`wrong count ${fields.nc ?? ''}`)
      left--
      return undefined
    },
  }
}

/** The realm has quotes in it, which `fieldsOf` does not know. */
function rightResponse(fields: ReturnType<typeof fieldsOf>, algorithm: string, method: string): string {
  return digestResponse({ ...fields, realm: 'a "yard"', algorithm }, PASSWORD, method)
}

export const basicGuard: Guard = {
  check(_, __, authorization) {
    const right = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
    return authorization === right ? undefined : ['Basic realm="yard"']
  },
}
