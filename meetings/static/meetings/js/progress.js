// The course of the meeting: items, the clock against the time box, who is inside.

import { clone, part, word } from './words.js'

const MINUTE_MS = 60_000
const byId = id => document.getElementById(id)

export class Progress {
  // place: the room's element; items: Map; shown(): the item on the screen.
  constructor ({ place, items, shown }) {
    Object.assign(this, { place, items, shown })
    this.ahead = 0 // how far this browser's clock is ahead of the server's
    this.convenes = Boolean(place.dataset.convenes)
    this.token = byId('token').elements.csrfmiddlewaretoken.value
    byId('item-act')?.addEventListener('click', () => this.press())
    setInterval(() => this.renderTimer(), 10_000)
  }

  tick (now) {
    this.ahead = Date.now() - Date.parse(now)
    this.renderTimer()
  }

  get item () { return this.items.get(this.shown()) }

  render () {
    const item = this.item
    byId('now-title').textContent =
      item ? `${word('item', item)} ${item.number} ${item.title}` : word('room')
    const inside = item?.roster?.filter(seat => seat.inside).length
    byId('now-people').textContent = inside ? word('people', { count: inside }) : ''
    this.renderTimer()
    this.renderItems()
    if (this.convenes) { this.renderAct(); this.renderRoster() }
  }

  renderTimer () {
    const item = this.item
    const place = byId('now-timer')
    if (!item) { place.textContent = ''; return }
    const allotted = item.minutes_allotted
    const end = item.closed_at ? Date.parse(item.closed_at) : Date.now() - this.ahead
    const spent = item.opened_at ? Math.max(0, end - Date.parse(item.opened_at)) : null
    place.textContent = spent === null
      ? word('planned', { allotted })
      : word('timer', { elapsed: Math.floor(spent / MINUTE_MS), allotted })
    place.classList.toggle('is-over', spent !== null && spent > allotted * MINUTE_MS)
  }

  renderItems () {
    const nav = byId('items')
    nav.hidden = !this.convenes && this.items.size < 2
    nav.replaceChildren(...[...this.items.values()].map(item => {
      const link = document.createElement('a')
      link.href = '#panes'
      link.dataset.item = item.id
      link.textContent = `${item.order} ${item.number || item.title}`
      const state = document.createElement('span')
      state.className = 'room-items__state'
      state.textContent = word(`state-${item.state}`)
      link.append(state)
      if (item.id === this.shown()) link.setAttribute('aria-current', 'page')
      return link
    }))
  }

  // The one next thing to press for this item.
  next () {
    const item = this.item
    if (!item?.convenes) return null
    if (item.state === 'pending') return { name: 'open', act: 'open', item }
    if (item.state !== 'open') return null
    const following = [...this.items.values()].find(other => {
      return other.state === 'pending' && other.order > item.order
    })
    return following
      ? { name: 'next', act: 'open', item: following }
      : { name: 'close', act: 'close', item }
  }

  renderAct () {
    const next = this.next()
    const button = byId('item-act')
    button.hidden = !next
    if (next) button.textContent = word(next.name)
  }

  async press () {
    const next = this.next()
    if (!next) return
    const done = await this.do(this.itemUrl(next.item.id, next.act), {})
    this.say('refused-words', done.message)
    byId('refused').hidden = !done.message
    const link = document.querySelector(`[data-item="${next.item.id}"]`)
    if (done.ok && next.item.id !== this.shown()) link?.click()
  }

  renderRoster () {
    const rows = (this.item?.roster ?? []).map(seat => {
      const row = clone('roster-row')
      const state = seat.inside ? 'inside' : seat.here ? 'here' : 'away'
      part(row, 'name').textContent = seat.name
      part(row, 'agency').textContent = `${seat.agency} ${seat.role}`
      part(row, 'state').textContent = word(state)
      part(row, 'state').classList.add(seat.inside ? 'chip--success' : 'chip--neutral')
      const act = { inside: 'show-out', here: 'admit', away: 'check-in' }[state]
      const button = part(row, 'act')
      button.textContent = word(act)
      button.hidden = act === 'admit' && this.item.state !== 'open'
      button.addEventListener('click', () => this.move(act, seat.person))
      return row
    })
    byId('roster-list').replaceChildren(...rows)
  }

  async move (act, person) {
    const url = act === 'check-in' ? this.place.dataset.checkIn : this.itemUrl(this.item.id, act)
    const done = await this.do(url, { person })
    this.say('roster-refused', done.ok ? '' : done.message)
  }

  itemUrl (item, act) {
    return this.place.dataset.itemAct
      .replace(this.place.dataset.sitting, item)
      .replace('ACT', act)
  }

  async do (url, values) {
    const body = new URLSearchParams({ ...values, csrfmiddlewaretoken: this.token })
    const headers = { Accept: 'application/json' }
    try {
      const answer = await fetch(url, { method: 'POST', body, headers, redirect: 'manual' })
      if (answer.type === 'opaqueredirect') { location.reload(); return { ok: false, message: '' } }
      return { ok: answer.ok, message: (await answer.json()).message }
    } catch {
      return { ok: false, message: word('offline') }
    }
  }

  say (id, words) { byId(id).textContent = words }
}
