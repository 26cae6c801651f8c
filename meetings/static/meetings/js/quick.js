// Forms of other pages over the room: a decision, a missing resource, and what earlier
// meetings left open. Each is the page's own form, so there is one way only.

import { word } from './words.js'

const byId = id => document.getElementById(id)

export class Quick {
  // place: the room's element with its addresses
  constructor (place) {
    this.place = place
    this.item = null
    this.dialog = byId('quick')
    document.addEventListener('click', event => {
      const kind = event.target.closest('[data-quick]')?.dataset.quick
      if (kind) this.open(kind)
    })
    this.dialog?.addEventListener('submit', event => this.send(event))
    const homework = byId('homework')
    homework.addEventListener('submit', event => this.hear(event))
    homework.addEventListener('focusout', event => {
      if (this.stale && !homework.contains(event.relatedTarget)) this.load(this.item?.id)
    })
  }

  // The item on the screen, or none.
  show (item) {
    if (item?.id === this.item?.id && item?.state === this.item?.state) return
    this.item = item ?? null
    this.dialog?.close()
    this.draw(null)
    if (item?.number && !item.outcome_only) this.load(item.id)
  }

  address (kind) { return this.place.dataset[kind].replace(this.place.dataset.sitting, this.item.id) }

  async open (kind) {
    this.url = this.address(kind)
    byId('quick-inside').textContent = word('connecting')
    this.dialog.showModal()
    const page = await ask(this.url)
    this.fill(page?.part('quick-form'))
  }

  // The form with its page's heading; without it, what went wrong.
  fill (form) {
    const inside = byId('quick-inside')
    inside.replaceChildren(form ?? word('refused'))
    for (const own of inside.querySelectorAll('form')) {
      delete own.dataset.guard
      delete own.dataset.once
    }
    inside.querySelector('a.button')?.remove() // the dialog has a button of its own
  }

  async send (event) {
    event.preventDefault()
    const page = await ask(this.url, bodyOf(event))
    const form = page?.part('quick-form')
    if (form) this.fill(form)
    else if (page?.inside) this.dialog.close()
    else this.say(page)
  }

  // Others have settled something: the list is drawn anew, but never under one's hands.
  touched () {
    const homework = byId('homework')
    if (homework.hidden) return
    if (homework.contains(document.activeElement)) this.stale = true
    else this.load(this.item.id)
  }

  async load (id) {
    this.stale = false
    if (!id) return
    const page = await ask(this.address('homework'))
    if (this.item?.id === id) this.draw(page?.part('homework-lines'))
  }

  async hear (event) {
    event.preventDefault()
    const page = await ask(this.address('homework'), bodyOf(event))
    const lines = page?.part('homework-lines')
    if (lines || page?.part('homework-none')) this.draw(lines)
    if (!page?.ok) this.say(page)
  }

  draw (lines) {
    const inside = byId('homework-inside')
    for (const form of lines?.querySelectorAll('form') ?? []) keepTyped(inside, form)
    byId('homework').hidden = !lines
    inside.replaceChildren(...(lines ? [lines] : []))
  }

  // A page elsewhere means that the sign-in is over: it says so itself.
  say (page) {
    if (page && !page.inside && page.ok) { location.reload(); return }
    byId('refused-words').textContent = page?.error || word(page ? 'refused' : 'offline')
    byId('refused').hidden = false
  }
}

// What stands in the same task's fields already, with the key of that sending.
function keepTyped (inside, form) {
  const task = form.elements.task.value
  const old = [...inside.querySelectorAll('form')].find(each => each.elements.task.value === task)
  if (!old) return
  for (const name of ['key', 'note', 'due_on']) form.elements[name].value = old.elements[name].value
}

function bodyOf (event) {
  return new URLSearchParams(new FormData(event.target, event.submitter))
}

async function ask (url, body) {
  try {
    const headers = { Accept: 'text/html' } // a page's own form, which waits where a page's would
    const answer = await fetch(url, body ? { method: 'POST', body, headers } : { headers })
    const parsed = new DOMParser().parseFromString(await answer.text(), 'text/html')
    return {
      ok: answer.ok,
      inside: /^\/(sittings|items)\//.test(new URL(answer.url).pathname),
      error: parsed.querySelector('.errors-summary li')?.textContent,
      part: id => parsed.getElementById(id)
    }
  } catch {
    return null
  }
}
