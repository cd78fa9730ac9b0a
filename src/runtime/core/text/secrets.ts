/** The part of a URL behind `scheme://`, as far as no space ends it: passwords may hold every other character. */
const URLS = /(\w:\/\/)(\S+)/g

/** Names whose values are secrets. */
export const SECRET_NAME =
  /passw(?:or)?d|passphrase|\bpwd|secret|token|api_?key|private_?key|nkey|credential|authorization/i

/** A quoted text behind such a name, as `password: 'x'` in a program. */
const QUOTED = new RegExp(
  String.raw`((?:${SECRET_NAME.source})[\w-]{0,100}["']?[ \t]{0,100}[:=][ \t]{0,100})("[^"\n]*"?|'[^'\n]*'?|\`[^\`\n]*\`?)`,
  'gi',
)

/**
 * The text without the secrets of the URLs in it: user and password, and the values of the query, which cameras use for
 * both.
 * @param hide gives what stands in a secret's place
 */
export function withoutUrlSecrets(text: string, hide: (secret: string) => string = () => '***'): string {
  return text.replace(URLS, (_, scheme: string, rest: string) => {
    const at = rest.lastIndexOf('@')
    const user = at < 1 ? rest.slice(0, at + 1) : `${hide(rest.slice(0, at))}@`
    const address = rest
      .slice(at + 1)
      .replace(/([?&][^=&#?\s]*=)([^&#\s"'`]+)/g, (_whole, name: string, value: string) => name + hide(value))
    return scheme + user + address
  })
}

/**
 * Lines of a file as messages may quote them: its secrets, as far as their names or URLs show them, are stars, as many as
 * they have characters, so that every column stays.
 */
export function withoutSecrets(source: string): string {
  return withoutUrlSecrets(source, stars).replace(
    QUOTED,
    (_, name: string, value: string) => name + stars(value),
  )
}

/** Stars in place of a secret. */
export function stars(secret: string): string {
  return secret.replace(/\S/g, '*')
}
