import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './paths.js'

/** A fenced block of a page. */
export interface Block {
  language: string
  text: string
  /** Line of the page, from 1. */
  line: number
  /** Text of the comment right before the block, which says how it is tested. */
  directive: string | undefined
  /** The file that the block is, when its first line is a comment with nothing but a path. */
  file: string | undefined
  /** The `text` block that follows with nothing between: what the block prints. Not a screen, which begins with a command. */
  output: string | undefined
}

const BLOCK =
  /(?:^<!-- (?<directive>[^\n]*?) -->\n\n?)?^```(?<language>\w*)\n(?<text>.*?)^```$(?:\n\n```text\n(?!\$ )(?<output>.*?)^```$)?/gms
const FILE = /^(?:\/\/|#) ([\w./-]+\.\w+)\n/

/** The fenced blocks of a page, such as docs/streams.md, in order. */
export async function readBlocks(page: string): Promise<Block[]> {
  const markdown = await readFile(join(ROOT, page), 'utf8')
  return [...markdown.matchAll(BLOCK)].map(({ groups = {}, index }) => {
    const { language = '', text = '', directive, output } = groups
    const line = markdown.slice(0, index).split('\n').length
    return { language, text, line, directive, file: FILE.exec(text)?.[1], output }
  })
}
