import type { Frame } from 'daffi'
import type { TextBox } from '../lib/text-box.js'
import { TextReader } from '../lib/text-reader.js'

const reader = await TextReader.load()

/** Finds and reads the texts in a frame. */
export default async function read(frame: Frame): Promise<{ boxes: TextBox[] }> {
  return { boxes: await reader.read(frame) }
}
