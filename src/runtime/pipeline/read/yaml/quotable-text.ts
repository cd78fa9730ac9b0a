import { isMap, isPair, isScalar, visit, type Scalar } from 'yaml'
import { SECRET_NAME, stars, withoutSecrets } from '../../../core/text/secrets.js'

import type { Path } from '../../diagnose/key-path.js'

type Span = readonly [start: number, end: number]

/** A value that names an environment variable, and so holds no secret itself. */
const ONLY_NAME = /^["']?\$\{\w+\}["']?$/
/** A value behind the name of a secret, where a mistake in the YAML keeps it from being found as one. */
const PLAIN = new RegExp(
  String.raw`((?:${SECRET_NAME.source})[\w-]{0,100}["']?[ \t]{0,100}:-?[ \t]{0,100})([^\s,{}[\]"']+)`,
  'gi',
)

type Resolve = (node: unknown) => unknown

/**
 * The text of a pipeline file as messages may quote it: each secret in it is stars, as many as it has characters, so that
 * every offset stays. Secrets are users, passwords and queries of URLs, values of `env`, and values whose key says so, also
 * where an alias stands for them.
 */
export function quotableText(text: string, contents: unknown, resolve: Resolve): string {
  const parts: string[] = []
  let done = 0
  for (const [start, end] of secretSpans(text, contents, resolve)) {
    if (start < done) continue
    parts.push(text.slice(done, start), stars(text.slice(start, end)))
    done = end
  }
  return withoutSecrets([...parts, text.slice(done)].join('')).replace(
    PLAIN,
    (whole, name: string, value: string) => (value.startsWith('$') ? whole : name + stars(value)),
  )
}

/** Whether the value at a path is a secret, as far as its key says so. */
export function isSecretAt(path: Path): boolean {
  return path.includes('env') || SECRET_NAME.test(String(path.findLast((step) => typeof step === 'string')))
}

function secretSpans(text: string, contents: unknown, resolve: Resolve): Span[] {
  const spans: Span[] = []
  if (!isMap(contents)) return spans
  const hidden = new Set<unknown>()
  const hide = ({ range, source = '' }: Scalar): void => {
    if (range && !ONLY_NAME.test(source)) spans.push([range[0], range[1]])
  }
  /** Hides all values in what an alias stands for. */
  const hideAll = (node: unknown): void => {
    if (hidden.has(node)) return
    hidden.add(node)
    visit(node as Scalar, {
      Scalar: (role, scalar) => {
        if (role !== 'key') hide(scalar)
      },
      Alias: (_role, alias) => hideAll(resolve(alias)),
    })
  }
  visit(contents, {
    Scalar: (role, scalar, ancestors) => {
      const { range, source = '' } = scalar
      if (role === 'key' || !range || ONLY_NAME.test(source)) return
      if (isSecretAt(pathOf(ancestors))) hide(scalar)
      else {
        const [start, end] = range
        spans.push(...userOf(text.slice(start, end)).map(([from, to]): Span => [start + from, start + to]))
      }
    },
    Alias: (_role, alias, ancestors) => {
      if (isSecretAt(pathOf(ancestors))) hideAll(resolve(alias))
    },
  })
  return spans.sort(([a], [b]) => a - b)
}

function pathOf(ancestors: readonly unknown[]): string[] {
  return ancestors.flatMap((each) => (isPair(each) && isScalar(each.key) ? [String(each.key.value)] : []))
}

/** The user and password of a URL, which may hold spaces when the value is quoted. */
function userOf(written: string): Span[] {
  const scheme = written.indexOf('://')
  const at = written.lastIndexOf('@')
  return scheme >= 0 && at > scheme + 3 ? [[scheme + 3, at]] : []
}
