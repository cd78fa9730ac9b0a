import { runInNewContext } from 'node:vm'

const refuse = (): never => {
  throw new Error('not to be read')
}
const traps = Object.fromEntries(
  ['get', 'has', 'getPrototypeOf', 'ownKeys', 'getOwnPropertyDescriptor'].map((name) => [name, refuse]),
)
const withField = (name: string, value: unknown): Error =>
  Object.defineProperty(new TypeError('a text'), name, { value })
const withGetter = (name: string): Error =>
  Object.defineProperty(new TypeError('a text'), name, { get: refuse })

export class Sold extends Error {
  readonly code = 'ESOLD'
}
class Own {
  toString(): string {
    return 'own text'
  }
}

/** Things that are thrown, and the name, message and code that are read of it. */
export const THROWN: [string, unknown, [string, string, string?]][] = [
  ['null', null, ['Error', 'null']],
  ['undefined', undefined, ['Error', 'undefined']],
  ['a symbol', Symbol('s'), ['Error', 'Symbol(s)']],
  ['no text', '', ['Error', "''"]],
  ['a function', function boom() {}, ['Error', '[Function: boom]']],
  ['a record', { code: 42 }, ['Error', '{ code: 42 }', '42']],
  ['a record like an error', { message: 'like one', code: 'EX' }, ['Error', 'like one', 'EX']],
  ['an object with a text', new Own(), ['Error', 'own text']],
  ['an object without prototype', Object.create(null), ['Error', '[Object: null prototype] {}']],
  ['a proxy', new Proxy(new Error('hidden'), traps), ['Error', 'Error: hidden']],
  ['a child of a proxy', Object.create(new Proxy({}, traps)), ['Error', 'an object that cannot be shown']],
  ['a revoked proxy', revoked(), ['Error', '<Revoked Proxy>']],
  ['an error without text', new RangeError(), ['RangeError', 'RangeError']],
  ['an error of a class', new Sold('out'), ['Sold', 'out', 'ESOLD']],
  ['a message that is an object', withField('message', { a: 1 }), ['TypeError', '{ a: 1 }']],
  ['a message that is null', withField('message', null), ['TypeError', 'null']],
  ['a name that is a symbol', withField('name', Symbol('n')), ['TypeError', 'a text']],
  ['a stack that is a number', withField('stack', 5), ['TypeError', 'a text']],
  ['a code that is a function', withField('code', refuse), ['TypeError', 'a text']],
  ['a message that throws', withGetter('message'), ['TypeError', 'TypeError']],
  ['a name that throws', withGetter('name'), ['TypeError', 'a text']],
  ['a stack that throws', withGetter('stack'), ['TypeError', 'a text']],
  ['a cause that throws', withGetter('cause'), ['TypeError', 'a text']],
  ['a code that throws', withGetter('code'), ['TypeError', 'a text']],
  ['a frozen error', Object.freeze(new TypeError('cold')), ['TypeError', 'cold']],
  ['an error of another realm', runInNewContext('new TypeError("far")'), ['TypeError', 'far']],
  ['several errors', new AggregateError([new Error('a'), 'b']), ['AggregateError', 'a; b']],
  ['several errors with a text', new AggregateError([1], 'all'), ['AggregateError', 'all']],
  ['a DOMException', new DOMException('gone', 'AbortError'), ['AbortError', 'gone', '20']],
]

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
