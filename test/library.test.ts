import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { moduleLoader } from '../src/runtime/node/child/module-loader.js'
import { ROOT } from './support/paths.js'
import { temporaryProject } from './support/temporary.js'

/** The public modules, whose declarations are those of the build. */
const LIBRARY = join(ROOT, 'dist/runtime/library.d.ts')
const TESTING = join(ROOT, 'dist/runtime/testing.d.ts')
const OURS = join(ROOT, 'dist/runtime/')

const program = ts.createProgram([LIBRARY, TESTING], {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  skipLibCheck: true,
})
const checker = program.getTypeChecker()

function exportsOf(file: string): ts.Symbol[] {
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (!module) throw new Error(`${file} is no module: build first`)
  return checker.getExportsOfModule(module)
}

function target(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Whether a class is exported as a type alone. */
function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => ts.isExportSpecifier(declaration) && declaration.isTypeOnly)
}

const library = exportsOf(LIBRARY)
const valueNames = library
  .filter((symbol) => !isTypeOnly(symbol) && target(symbol).flags & ts.SymbolFlags.Value)
  .map(({ name }) => name)
  .sort()

test('a program that imports daffi gets the values that its types promise', async () => {
  const daffi: object = await import('daffi')
  expect(Object.keys(daffi).sort()).toEqual(valueNames)
})

test('a callback that imports daffi gets the values that its types promise', async () => {
  const project = await temporaryProject({
    'names.ts': "import * as daffi from 'daffi'\nexport default Object.keys(daffi)\n",
  })
  const module = await moduleLoader(project).load(join(project, 'names.ts'))
  const names = module.default as string[]
  expect(names.filter((name) => name !== 'default').sort()).toEqual(valueNames)
})

test('every type of ours that a public signature names can be imported', () => {
  expect(hiddenTypes(library, library)).toEqual([])
  const testing = exportsOf(TESTING)
  expect(hiddenTypes(testing, [...library, ...testing])).toEqual([])
})

/** The types that declarations name and that are not public, as "name in file". */
function hiddenTypes(declared: ts.Symbol[], importable: ts.Symbol[]): string[] {
  const isPublic = new Set(importable.map(target))
  const unconstructible = new Set(declared.filter(isTypeOnly).map(target))
  const hidden = new Set<string>()
  const seen = new Set<ts.Symbol>()
  const visitSymbol = (symbol: ts.Symbol): void => {
    if (seen.has(symbol)) return
    seen.add(symbol)
    for (const declaration of symbol.declarations ?? []) visit(declaration)
  }
  const visit = (node: ts.Node): void => {
    if (ts.canHaveModifiers(node) && isKept(node)) return
    const owner = ts.isConstructorDeclaration(node) && node.parent.name
    if (owner && unconstructible.has(checker.getSymbolAtLocation(owner) as ts.Symbol)) return
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined
    const named = name && checker.getSymbolAtLocation(name)
    if (named) note(target(named))
    ts.forEachChild(node, visit)
  }
  const note = (symbol: ts.Symbol): void => {
    const [declaration] = symbol.declarations ?? []
    const file = declaration?.getSourceFile().fileName
    if (!declaration || !file?.startsWith(OURS) || ts.isTypeParameterDeclaration(declaration)) return
    if (isPublic.has(symbol)) return
    if (isComputation(declaration)) visitSymbol(symbol)
    else hidden.add(`${symbol.name} in ${file.slice(OURS.length)}`)
  }
  for (const symbol of declared) visitSymbol(target(symbol))
  return [...hidden].sort()
}

/** Whether a member is private or protected, so that no program sees it. */
function isKept(node: ts.HasModifiers): boolean {
  const kept = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword]
  return ts.getModifiers(node)?.some(({ kind }) => kept.includes(kind)) ?? false
}

/** Whether a type is computed of its parameters, and private to its file: then what it names counts in its place. */
function isComputation(declaration: ts.Declaration): boolean {
  return (
    ts.isTypeAliasDeclaration(declaration) &&
    declaration.typeParameters !== undefined &&
    !ts.getModifiers(declaration)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  )
}
