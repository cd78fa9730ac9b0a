/** Finds the element of the page with that id. */
export const byId = (id: string): HTMLElement => within(document, `#${id}`, HTMLElement)

/** Finds the first element in `parent` that matches the selector. It throws when index.html does not have such an element. */
export function within<E extends Element>(parent: ParentNode, selector: string, type: new () => E): E {
  const found = parent.querySelector(selector)
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`)
  return found
}

/** Creates an element with a class, and with other elements or text in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  made.append(...children)
  return made
}

const SVG = 'http://www.w3.org/2000/svg'

/** Creates an element of a drawing. */
export function svgElement<K extends keyof SVGElementTagNameMap>(tag: K): SVGElementTagNameMap[K] {
  return document.createElementNS(SVG, tag)
}

/** Sets an element's text if it differs, so that the browser does not lay it out again without need. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
