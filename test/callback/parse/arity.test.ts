import { expect, test } from 'vitest'
import { arityOfSource } from '../../../src/runtime/callback/parse/arity.js'

const UNKNOWN = { min: null, max: null }

test.each([
  ['function f() {}', 0, 0],
  ['function f(a, b) {}', 2, 2],
  ['function f(a, b = 1) {}', 1, 2],
  ['function f(a = 1, b) {}', 2, 2],
  ['function f(a, ...rest) {}', 1, null],
  ['function f({ a, b }, [c]) {}', 2, 2],
  ['async function* f(a) {}', 1, 1],
  ['x => x', 1, 1],
  ['async (a, b) => a', 2, 2],
  ['(a) => { function inner() { return arguments.length } }', 1, 1],
  ['(a) => a.arguments', 1, 1],
])('%s', (text, min, max) => {
  expect(arityOfSource(text)).toEqual({ min, max })
})

test.each([
  ['add(a, b = 1) {}', 1, 2],
  ['async add(a) {}', 1, 1],
  ['*items() {}', 0, 0],
  ['async *items(a) { yield super.items(a) }', 1, 1],
  ['["add" + "ed"](a) {}', 1, 1],
  ['#add(a) {}', 1, 1],
])('method %s', (text, min, max) => {
  expect(arityOfSource(text)).toEqual({ min, max })
})

test.each([
  ['a native function', String(Math.max)],
  ['a bound function', String(((a: number) => a).bind(null))],
  ['a class', 'class A { constructor(a) {} }'],
  ['a function that reads its arguments', 'function f(a) { return arguments.length }'],
  ['one that reads them in an arrow function', 'function f() { return () => [...arguments] }'],
  ['text that is no function', '42'],
  ['text that is no JavaScript', 'function ('],
])('%s is unchecked', (_, text) => {
  expect(arityOfSource(text)).toEqual(UNKNOWN)
})
