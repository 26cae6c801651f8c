// Beside the minutes: who is in the room for the item, and in which order they speak.

import { clone, part, word } from './words.js'

const byId = id => document.getElementById(id)
const time = moment => new Date(moment).toLocaleTimeString('ja-JP', {
  hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Tokyo'
})

export class Desk {
  // me: the person at this page; item(): the one on the screen; post(act, item, values).
  constructor ({ me, item, post }) {
    Object.assign(this, { me, item, post })
    byId('floor-ask').addEventListener('click', () => this.speak('ask'))
    byId('floor-withdraw').addEventListener('click', () => this.speak('withdraw'))
    const wide = matchMedia('(min-width: 64rem)').matches
    for (const details of byId('desk').querySelectorAll('[data-wide]')) details.open = wide
  }

  // Who has the floor now, as an entry's speaker.
  get speaker () {
    const turn = this.item()?.floor?.find(turn => turn.speaks)
    return turn ? `${turn.agency} ${turn.name}` : ''
  }

  render () {
    const item = this.item()
    const roster = item?.roster ?? []
    const inside = roster.filter(seat => seat.inside).length
    byId('now-people').textContent = word('people', { count: inside })
    if (roster.some(seat => seat.person === this.me && seat.here)) byId('door')?.remove()
    redraw(byId('roster-list'), roster.map(seat => this.seat(item, seat)))
    const attendance = byId('attendance')
    if (attendance && item) attendance.href = `/items/${item.id}/attendance/`
    this.renderFloor(item)
  }

  seat (item, seat) {
    const row = clone('roster-row')
    part(row, 'name').textContent = seat.name
    part(row, 'agency').textContent = `${seat.agency} ${seat.role}`
    const state = part(row, 'state')
    state.dataset.state = seat.inside ? 'inside' : 'outside'
    state.textContent = this.seatWords(seat)
    const act = item.convenes ? seatAct(item, seat) : null
    this.arm(row, act, seat.person, 'roster-refused')
    return row
  }

  seatWords (seat) {
    if (seat.inside) return word('inside', { came: time(seat.came) })
    if (seat.left) return word('gone', { left: time(seat.left) })
    return word(seat.here ? 'here' : 'away')
  }

  renderFloor (item) {
    const floor = item?.floor ?? []
    const own = floor.find(turn => turn.person === this.me)
    const inside = item?.roster?.some(seat => seat.person === this.me && seat.inside)
    byId('floor-count').textContent = floor.length ? word('people', { count: floor.length }) : ''
    byId('floor-empty').hidden = floor.length > 0
    byId('floor-ask').hidden = !inside || Boolean(own)
    byId('floor-withdraw').hidden = !own
    byId('floor-withdraw').textContent = word(own?.speaks ? 'ask-end' : 'ask-withdraw')
    redraw(byId('floor'), floor.map(turn => this.turn(item, turn)))
  }

  turn (item, turn) {
    const row = clone('floor-row')
    part(row, 'name').textContent = turn.name
    part(row, 'agency').textContent = turn.agency
    part(row, 'speaks').hidden = !turn.speaks
    const act = item.convenes ? (turn.speaks ? 'end' : 'give') : null
    this.arm(row, act, turn.person, 'floor-refused')
    return row
  }

  arm (row, act, person, place) {
    row.dataset.person = person
    const button = part(row, 'act')
    button.hidden = !act
    if (!act) return
    button.textContent = word(act)
    button.addEventListener('click', () => this.press(place, act, { person }))
  }

  speak (act) { return this.press('floor-refused', act, {}) }

  async press (place, act, values) {
    const done = await this.post(act, this.item().id, values)
    byId(place).textContent = done.ok ? '' : done.message
  }
}

// The rows anew; whoever stood on somebody's button stands there again.
function redraw (list, rows) {
  const stood = list.querySelector(':focus')?.closest('[data-person]').dataset.person
  list.replaceChildren(...rows)
  const row = rows.find(row => row.dataset.person === stood)
  if (stood && row) part(row, 'act').focus()
}

// One press for each: a latecomer or a guest is checked in by being shown in.
function seatAct (item, seat) {
  if (seat.inside) return 'show-out'
  if (item.state === 'open') return 'admit'
  return seat.here || item.state !== 'pending' ? null : 'check-in'
}
