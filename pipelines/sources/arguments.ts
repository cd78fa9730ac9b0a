export interface Box {
  width: number
  height: number
  label: string
}

export const tuples: [number, number, string][] = [
  [1, 2, 'a'],
  [3, 4, 'b'],
  [5, 6, 'c'],
]

export const objects: Box[] = [
  { width: 1, height: 2, label: 'a' },
  { width: 3, height: 4, label: 'b' },
  { width: 5, height: 6, label: 'c' },
]
