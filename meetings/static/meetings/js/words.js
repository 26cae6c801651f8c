// The page's words, as its template gives them; {name} is filled in.

const source = document.getElementById('words').content

export function word (name, values = {}) {
  const text = source.querySelector(`[data-word="${name}"]`)?.textContent ?? ''
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '')
}

const ERA_DAY = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', {
  era: 'narrow', year: 'numeric', month: 'numeric', day: 'numeric', timeZone: 'UTC'
})

// A day such as 2026-12-10 as the pages write it in narrow places: R8.12.10.
export function eraShort (day) {
  return ERA_DAY.format(new Date(day)).replaceAll('/', '.')
}

export const KINDS = new Map(
  [...source.querySelectorAll('[data-kind]')].map(element => [
    element.dataset.kind,
    { label: element.textContent, outcome: 'outcome' in element.dataset }
  ])
)

// Most titles name the case already; the others get its number before them.
export function titled ({ number, title }) {
  return title.includes(number) ? title : `${number} ${title}`
}

export function clone (id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true)
}

export function part (element, name) {
  return element.querySelector(`[data-part="${name}"]`)
}
