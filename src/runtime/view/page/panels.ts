import { byId, within } from './dom/elements.js'

/** Height of a picture's caption, and the gap to the next picture, in pixels. */
const CAPTION = 40

/** Difference of pictures and table, in pixels, that is left empty rather than filled by the log. */
const MIN_DIFFERENCE = 160

/**
 * Keeps the log, which may have any height, where no panel is half empty: under the shorter one of pictures and table, or under
 * both where they are about as high.
 */
export function placeLog(): void {
  const main = within(document, 'main', HTMLElement)
  const [pictures, table] = [
    within(byId('cameras'), '.cameras', HTMLElement),
    within(byId('streams'), 'table', HTMLElement),
  ]
  const observer = new ResizeObserver(() => {
    const difference = table.offsetHeight - heightOf(pictures)
    main.dataset.log = Math.abs(difference) < MIN_DIFFERENCE ? 'below' : difference > 0 ? 'left' : 'right'
  })
  observer.observe(pictures)
  observer.observe(table)
}

/** Height that pictures have where they need not fill their panel. */
function heightOf(pictures: HTMLElement): number {
  const widths = getComputedStyle(pictures).gridTemplateColumns.split(' ')
  const rows = Math.ceil(pictures.children.length / widths.length)
  return rows * ((parseFloat(widths[0] ?? '') * 9) / 16 + CAPTION)
}
