import { createRequire } from 'node:module'
import type { File, Node } from '@babel/types'

type Babel = typeof import('@babel/parser')
type Plugins = NonNullable<NonNullable<Parameters<Babel['parse']>[1]>['plugins']>

const require = createRequire(import.meta.url)

/** Syntax that the loader can compile, and that of `refuseUncompilable`, which says it better than the parser. */
const PLUGINS: Plugins = ['decorators-legacy', 'decoratorAutoAccessors', 'explicitResourceManagement']

/**
 * Parses a module. The parser is loaded at the first call, since node processes load this room and never parse.
 * @throws SyntaxError of Babel, with `loc`
 */
export function parseModule(text: string, typescript: boolean): File {
  return babel().parse(text, {
    // JavaScript without imports and exports may be a script, which a module is more strict than.
    sourceType: typescript ? 'module' : 'unambiguous',
    plugins: typescript ? ['typescript', ...PLUGINS] : PLUGINS,
  })
}

/** @throws SyntaxError of Babel */
export function parseExpression(text: string): Node {
  return babel().parseExpression(text, { plugins: PLUGINS })
}

function babel(): Babel {
  return require('@babel/parser') as Babel
}
