/**
 * The part of a URL behind `scheme://`. A password may hold any character, so it ends only at the last `@`, of the text if that is
 * one URL, else of the word; or, where the word begins as `user:password`, of the line up to the next URL. URLs of files have
 * no user: an `@` in them is part of a path, as in stacks.
 */
const WHOLE_URL = /^(\s*(?!file:)[a-z][a-z0-9+.-]*:\/\/)([^]*@\S*|\S+)/i
const URLS = /(\w(?<!\bfile):\/\/)([^\s:/?#]+:(?:(?!\w:\/\/)[^\n])*@\S*|\S+)/gi

/** Names whose values are secrets. */
export const SECRET_NAME =
  /passw(?:or)?d|passphrase|\bpwd|secret|token|api_?key|private_?key|nkey|credential|authorization/i

/** A quoted text behind such a name, as `password: 'x'` in a program. */
const QUOTED = new RegExp(
  String.raw`((?:${SECRET_NAME.source})[\w-]{0,100}["']?[ \t]{0,100}[:=][ \t]{0,100})("[^"\n]*"?|'[^'\n]*'?|\`[^\`\n]*\`?)`,
  'gi',
)

/**
 * The text without the secrets of the URLs in it, also of malformed ones: user and password, and the values of the query, which
 * cameras use for both. A text that begins with a URL is taken for that URL.
 * @param hide gives what stands in a secret's place
 */
export function withoutUrlSecrets(text: string, hide: (secret: string) => string = () => '***'): string {
  const withoutThem = (_: string, scheme: string, rest: string): string => {
    const at = rest.lastIndexOf('@')
    const user = at < 1 ? rest.slice(0, at + 1) : `${hide(rest.slice(0, at))}@`
    const address = rest
      .slice(at + 1)
      .replace(/([?&][^=&#?\s]*=)([^&#\s"'`]+)/g, (_whole, name: string, value: string) => name + hide(value))
    return scheme + user + address
  }
  return text.replace(WHOLE_URL, withoutThem).replace(URLS, withoutThem)
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

/** Stars in place of a secret, also of its blanks: at one of them the URL around it would seem to end. */
export function stars(secret: string): string {
  return secret.replace(/[^\r\n]/g, '*')
}
