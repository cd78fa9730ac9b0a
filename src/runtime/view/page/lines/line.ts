/** Place of a slot on the page, relative to the drawing. */
export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** A line of the drawing: data of the path, and the triangle at its end. */
export interface Line {
  path: string
  head: string
}

/** Length of the triangle at the end of a line. */
export const HEAD = 7

/** Triangle that points to the left or right. @param to 1: to the right */
export function headAt(x: number, y: number, to: 1 | -1): string {
  return `M${x} ${y}l${-to * HEAD} -4v8Z`
}

export const middleOf = ({ top, bottom }: Box): number => (top + bottom) / 2
