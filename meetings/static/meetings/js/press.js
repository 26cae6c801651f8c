// Pressing a button of the room: a plain POST, whatever line the minutes come over.

import { word } from './words.js'

// place: the room's element with its addresses; token: the CSRF token of this page.
export function presser (place, token) {
  const paths = place.dataset

  function url (act, item) {
    if (act === 'check-in') return paths.checkIn
    return paths.itemAct.replace(paths.sitting, item).replace('ACT', act)
  }

  return async function post (act, item, values = {}) {
    const body = new URLSearchParams({ ...values, csrfmiddlewaretoken: token })
    const headers = { Accept: 'application/json' }
    try {
      const answer = await fetch(url(act, item), { method: 'POST', body, headers, redirect: 'manual' })
      if (answer.type === 'opaqueredirect') { location.reload(); return { ok: false, message: '' } }
      return { ok: answer.ok, message: (await answer.json()).message }
    } catch {
      return { ok: false, message: word('offline') }
    }
  }
}
