import { extname } from 'node:path'
import type { Decorator, Node, Program } from '@babel/types'
import { bindings } from './bindings.js'
import { isNode, nodesOf } from './nodes.js'
import { tsconfigOf } from './tsconfig.js'

/**
 * Refuses syntax that can be parsed, but that the loader's compiler does not know, or takes for something else.
 * @param file path of the module, whose tsconfig.json says which kind its decorators are
 * @throws SyntaxError with `loc`, as Babel's
 */
export function refuseUncompilable(program: Program, file: string): void {
  let decorator: Decorator | undefined
  for (const node of nodesOf(program)) {
    if (node.type === 'ClassAccessorProperty') {
      throw refusal(node, 'the keyword accessor is not supported: write a getter and a setter')
    }
    if (node.type === 'Decorator') decorator ??= node
  }
  if (!decorator) return
  if (!/^\.m?ts$/.test(extname(file))) {
    throw refusal(decorator, 'JavaScript has no decorators: name the module .ts')
  }
  const tsconfig = tsconfigOf(file)
  if (tsconfig ? tsconfig.hasLegacyDecorators : !hasStandardDecorators(program)) return
  const where = tsconfig ? tsconfig.file : 'a tsconfig.json beside it'
  throw refusal(
    decorator,
    `decorators of the standard, which get (value, context), are not supported, but TypeScript's own, which get (target, key, descriptor): write those, and set "experimentalDecorators": true in the compilerOptions of ${where}`,
  )
}

/** Whether a decorator that the module itself defines takes the standard's context. */
function hasStandardDecorators({ body }: Program): boolean {
  const used = new Set<string>()
  for (const node of nodesOf(body)) {
    if (node.type !== 'Decorator') continue
    const { expression } = node
    const decorator = expression.type === 'CallExpression' ? expression.callee : expression
    if (decorator.type === 'Identifier') used.add(decorator.name)
  }
  return body
    .flatMap(bindings)
    .some(([name, value]) => used.has(name) && [...outermost(value)].some(takesContext))
}

/** The functions with two parameters or more that are not in another one: a decorator, or what a factory returns. */
function* outermost(value: unknown): Generator<Node[]> {
  if (Array.isArray(value)) for (const each of value) yield* outermost(each)
  if (!isNode(value) || value.type === 'ClassBody') return
  if ('params' in value && Array.isArray(value.params) && value.params.length > 1) yield value.params
  else for (const each of Object.values(value)) if (typeof each === 'object') yield* outermost(each)
}

/** Whether the second parameter is the standard's context; TypeScript gives the member's name there. */
function takesContext([, context]: Node[]): boolean {
  if (context?.type === 'ObjectPattern') return true
  if (context?.type !== 'Identifier') return false
  const type =
    context.typeAnnotation?.type === 'TSTypeAnnotation' ? context.typeAnnotation.typeAnnotation : undefined
  if (type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier') {
    return type.typeName.name.endsWith('DecoratorContext')
  }
  return /^_?(?:context|ctx)$/i.test(context.name)
}

function refusal({ loc }: Node, message: string): SyntaxError {
  return Object.assign(new SyntaxError(message), { loc: loc?.start })
}
