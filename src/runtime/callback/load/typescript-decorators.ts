import type {
  Class,
  ClassMethod,
  ClassProperty,
  Expression,
  Identifier,
  Program,
  Statement,
} from '@babel/types'
import { nodesOf } from '../parse/nodes.js'
import { refuseUncompilable } from '../parse/uncompilable.js'

type Builders = typeof import('@babel/types')

/** The parts of Babel that this plugin uses. */
interface Babel {
  types: Builders
  template: { statement: (code: string) => (parts: Record<string, Identifier>) => Statement }
}

interface ProgramPath {
  node: Program
  scope: { generateUidIdentifier: (name: string) => Identifier; crawl: () => void }
}

interface Plugin {
  name: string
  manipulateOptions: (options: unknown, parser: { plugins: string[] }) => void
  visitor: { Program: (path: ProgramPath) => void }
}

type Decorated = ClassMethod | ClassProperty

/** Applies the decorators of a method or field as TypeScript does; that of a field gets no descriptor. */
const APPLY = `function APPLY(decorators, target, key, isField) {
  let found = isField ? undefined : Object.getOwnPropertyDescriptor(target, key);
  for (const each of decorators.reverse()) found = each(target, key, found) || found;
  if (found) Object.defineProperty(target, key, found);
}`

/**
 * A plugin of Babel that applies decorators to the members of classes as TypeScript does. Babel's own plugin for them cannot do
 * fields, which Node has itself, and gives the next decorator of a method what the one before has returned.
 */
export function typescriptDecorators(file: string, typescript: boolean): (babel: Babel) => Plugin {
  return ({ types, template }) => ({
    name: 'daffi-typescript-decorators',
    manipulateOptions: (_options, parser) => {
      parser.plugins.push('decoratorAutoAccessors')
      if (!typescript) parser.plugins.push('decorators-legacy')
    },
    visitor: {
      Program: (path) => {
        try {
          refuseUncompilable(path.node, file)
        } catch (error) {
          // The loader takes this for a syntax error, and tells its place.
          throw Object.assign(error as Error, { code: 'BABEL_PARSE_ERROR' })
        }
        const apply = path.scope.generateUidIdentifier('decorate')
        const classes = [...nodesOf(path.node)].filter((node) => types.isClass(node))
        if (!classes.map((each) => lower(each, apply, types)).includes(true)) return
        path.node.body.push(template.statement(APPLY)({ APPLY: apply }))
        path.scope.crawl()
      },
    },
  })
}

/** Moves the decorators of a class's members into a block that applies them; tells whether there are any. */
function lower({ body }: Class, apply: Identifier, types: Builders): boolean {
  const members = body.body.filter((each): each is Decorated => isDecorated(each, types))
  // Those of instances come before static ones.
  const ordered = [...members.filter((each) => !each.static), ...members.filter((each) => each.static)]
  const calls = ordered.map((member) => {
    const self = types.thisExpression()
    const target = member.static ? self : types.memberExpression(self, types.identifier('prototype'))
    const decorators = types.arrayExpression(
      member.decorators?.map(({ expression }) => withoutValue(expression, types)),
    )
    const isField = types.booleanLiteral(member.type === 'ClassProperty')
    member.decorators = null
    return types.expressionStatement(
      types.callExpression(apply, [decorators, target, keyOf(member, types), isField]),
    )
  })
  if (calls.length === 0) return false
  // A field without a value would hide what a decorator has put into the prototype.
  body.body = body.body.filter((each) => !(members.includes(each as Decorated) && isBare(each as Decorated)))
  body.body.push(types.staticBlock(calls))
  return true
}

function isDecorated(member: Class['body']['body'][number], types: Builders): boolean {
  const isMember = types.isClassMethod(member) || types.isClassProperty(member)
  return isMember && (member.decorators?.length ?? 0) > 0
}

function isBare(member: Decorated): boolean {
  return member.type === 'ClassProperty' && !member.value && !member.static
}

function keyOf({ key, computed }: Decorated, types: Builders): Expression {
  if (!computed && key.type === 'Identifier') return types.stringLiteral(key.name)
  return types.cloneNode(key)
}

/** jiti adds `Reflect.metadata?.(…) || (target => target)` as a decorator; its value would be the member's descriptor. */
function withoutValue(decorator: Expression, types: Builders): Expression {
  if (decorator.type !== 'LogicalExpression' || decorator.right.type !== 'ArrowFunctionExpression')
    return decorator
  return types.logicalExpression(
    '||',
    decorator.left,
    types.arrowFunctionExpression([], types.blockStatement([])),
  )
}
