// Pressing a button of the room: a plain POST, whatever line the minutes come over.

import { word } from './words.js'

// place: the room's element with its addresses; token: the CSRF token of this page.
export function presser (place, token) {
  const { itemAct, sitting } = place.dataset

  return async function post (act, item, values = {}) {
    const body = new URLSearchParams({ ...values, csrfmiddlewaretoken: token })
    const headers = { Accept: 'application/json' }
    try {
      const url = itemAct.replace(sitting, item).replace('ACT', act)
      const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual' })
      if (answer.type === 'opaqueredirect') { location.reload(); return { ok: false, message: '' } }
      return { ok: answer.ok, message: (await answer.json()).message }
    } catch {
      return { ok: false, message: word('offline') }
    }
  }
}
