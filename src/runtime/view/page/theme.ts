import { setText, within } from './dom/elements.js'

const THEMES = ['auto', 'light', 'dark'] as const
type Theme = (typeof THEMES)[number]

const KEY = 'theme'

/** Makes the button switch between the colours of the system, light, and dark. The choice is stored in the browser. */
export function wireTheme(button: HTMLElement): void {
  const label = within(button, 'b', HTMLElement)
  const show = (theme: Theme): void => {
    document.documentElement.dataset.theme = theme
    setText(label, theme)
    localStorage.setItem(KEY, theme)
  }
  const current = (): Theme => THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto'
  show(current())
  button.addEventListener('click', () =>
    show(THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length] ?? 'auto'),
  )
}
