import { fileURLToPath } from 'node:url'
import { readThrown } from './read-thrown.js'

/** Where in the user's code an error comes from. */
export interface Place {
  file: string
  line: number
}

/** Lines of a stack that are shown. */
const MAX_FRAMES = 10
/** Characters of a stack that are looked at. */
const MAX_TEXT = 16_384
/** Characters of one line of it, which holds a path. */
const MAX_FRAME = 2000
/** Beginning of a line of a stack. */
const AT = '\n    at '

/** Folder of daffi's own code, as built or as written, as a path and as it stands in URLs. */
const OWN_CODE = ownFolder(import.meta.url)

const POSITION = /^ {4}at (?:.*\()?(?<file>(?:file:\/\/)?(?:\/|[A-Za-z]:).*?):(?<line>\d+):\d+\)?$/

/**
 * The lines of an error's stack in the user's code: from the first one to the one that daffi has called. Empty when the error
 * comes from daffi itself.
 */
export function userFrames(error: unknown): string[] {
  const { message, stack = '' } = readThrown(error)
  const lines = framesIn(stack, message)
  const begin = lines.findIndex((line) => !isOwn(line))
  if (begin < 0) return []
  const frames = lines.slice(begin)
  const end = frames.findIndex(isOwn)
  const section = end < 0 ? frames : frames.slice(0, end)
  while (isOfRuntime(section.at(-1) ?? '')) section.pop()
  // Below daffi's own frames stand those of the packages by which messages arrive.
  if (begin > 0 && !section.some(isOfUser)) return []
  return section.slice(0, MAX_FRAMES)
}

/** The first lines of an error's stack, whoever's code they are in. */
export function allFrames(error: unknown): string[] {
  const { message, stack = '' } = readThrown(error)
  return framesIn(stack, message).slice(0, MAX_FRAMES)
}

/** File and line of the first stack frame in the user's code. Not the column, which is that of the compiled line. */
export function errorPlace(error: unknown): Place | undefined {
  return placeOf(userFrames(error))
}

/** File and line of the first of these frames that is not in an installed package. */
export function placeOf(frames: readonly string[]): Place | undefined {
  const { file, line } = POSITION.exec(frames.find(isOfUser) ?? '')?.groups ?? {}
  return file === undefined ? undefined : { file: pathOf(file), line: Number(line) }
}

/** Lines of a stack behind its message, in which anything may stand. */
function framesIn(stack: string, message: string): string[] {
  const found = stack.indexOf(message)
  const start = stack.indexOf(AT, found < 0 ? 0 : found + message.length)
  if (start < 0) return []
  const lines = stack.slice(start + 1, start + MAX_TEXT).split('\n')
  return lines.filter((line) => line.startsWith(AT.slice(1)) && line.length <= MAX_FRAME)
}

function isOwn(line: string): boolean {
  return OWN_CODE.some((folder) => line.includes(folder))
}

function isOfRuntime(line: string): boolean {
  return /(?:\(|at |async )node:|\(<anonymous>\)$/.test(line)
}

function isOfUser(line: string): boolean {
  return POSITION.test(line) && !/[\\/]node_modules[\\/]/.test(line) && !isOfRuntime(line)
}

function pathOf(file: string): string {
  return file.startsWith('file://') ? fileURLToPath(file) : file
}

function ownFolder(url: string): string[] {
  const folder = /^.*\/(?:dist|src)\//.exec(url)?.[0] ?? url
  return [folder, fileURLToPath(folder)]
}
