import { createRequire } from 'node:module'
import type { File, Node } from '@babel/types'

type Babel = typeof import('@babel/parser')
type Plugins = NonNullable<NonNullable<Parameters<Babel['parse']>[1]>['plugins']>

const require = createRequire(import.meta.url)

/** Syntax that jiti, which loads the modules, can compile. */
const PLUGINS: Plugins = ['decorators-legacy', 'explicitResourceManagement']

/**
 * Parses a module. The parser is loaded at the first call, since node processes load this room and never parse.
 * @throws SyntaxError of Babel, with `loc`
 */
export function parseModule(text: string, typescript: boolean): File {
  return babel().parse(text, {
    sourceType: 'module',
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
