/** Rectangle in a picture, in pixels. */
export interface Region {
  x: number
  y: number
  width: number
  height: number
}

/** Likelihood from which a pixel counts as text. */
const TEXT = 0.3
/** Mean likelihood that a region needs. */
const MIN_MEAN = 0.5
/** Shortest side of a region, in pixels of the map. */
const MIN_SIDE = 3
/** Regions of one picture at most. */
const MAX_REGIONS = 32
/** Words of one line are at most so many of their heights apart. */
const GAP = 0.8
/** The model marks the middle of a text: so much of area by circumference is added all around. */
const GROW = 1.6

interface Found {
  left: number
  right: number
  top: number
  bottom: number
  pixels: number
  sum: number
}

/**
 * Regions of text, from top to bottom.
 * @param map likelihood of text for each pixel of a scaled picture
 * @param picture size of the picture itself
 */
export function regionsOf(
  map: Float32Array,
  width: number,
  height: number,
  picture: { width: number; height: number },
): Region[] {
  const seen = new Uint8Array(width * height)
  const regions: Region[] = []
  for (let at = 0; at < seen.length && regions.length < MAX_REGIONS; at++) {
    if (seen[at] === 1 || (map[at] ?? 0) < TEXT) continue
    const found = flood(map, seen, at, width)
    const [w, h] = [found.right - found.left + 1, found.bottom - found.top + 1]
    if (Math.min(w, h) < MIN_SIDE || found.sum / found.pixels < MIN_MEAN) continue
    const margin = (GROW * w * h) / (2 * (w + h))
    regions.push(scaled(found, margin, picture.width / width, picture.height / height, picture))
  }
  return regions.reduce<Region[]>(withLine, [])
}

/** The lines with one more region, which goes on with one of them or is a line of its own. */
function withLine(lines: Region[], region: Region): Region[] {
  const line = lines.find((each) => isSameLine(each, region))
  return line
    ? withLine(
        lines.filter((each) => each !== line),
        around(line, region),
      )
    : [...lines, region]
}

function isSameLine(a: Region, b: Region): boolean {
  const height = Math.min(a.height, b.height)
  const common = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  const gap = Math.max(a.x, b.x) - Math.min(a.x + a.width, b.x + b.width)
  return common > height / 2 && gap < GAP * height
}

function around(a: Region, b: Region): Region {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)]
  const [right, bottom] = [Math.max(a.x + a.width, b.x + b.width), Math.max(a.y + a.height, b.y + b.height)]
  return { x, y, width: right - x, height: bottom - y }
}

/** The pixels of text that hang together. */
function flood(map: Float32Array, seen: Uint8Array, start: number, width: number): Found {
  const found = { left: width, right: 0, top: Infinity, bottom: 0, pixels: 0, sum: 0 }
  const open = [start]
  seen[start] = 1
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const x = at % width
    const y = (at - x) / width
    found.left = Math.min(found.left, x)
    found.right = Math.max(found.right, x)
    found.top = Math.min(found.top, y)
    found.bottom = Math.max(found.bottom, y)
    found.pixels++
    found.sum += map[at] ?? 0
    const beside = [x > 0 ? at - 1 : at, x < width - 1 ? at + 1 : at, at - width, at + width]
    for (const next of beside) {
      if (seen[next] !== 0 || (map[next] ?? 0) < TEXT) continue
      seen[next] = 1
      open.push(next)
    }
  }
  return found
}

function scaled(
  { left, right, top, bottom }: Found,
  margin: number,
  byX: number,
  byY: number,
  picture: { width: number; height: number },
): Region {
  const x = Math.max(0, Math.round((left - margin) * byX))
  const y = Math.max(0, Math.round((top - margin) * byY))
  return {
    x,
    y,
    width: Math.min(picture.width, Math.round((right + 1 + margin) * byX)) - x,
    height: Math.min(picture.height, Math.round((bottom + 1 + margin) * byY)) - y,
  }
}
