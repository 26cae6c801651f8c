// Who sits before a page and presses nothing is signed out after a while (data-idle, in
// seconds), and after some hours everybody is (data-ends, the moment). Five minutes
// before, the dialog says so; where that helps it offers to stay. Without script nothing
// is lost either: a form that comes too late waits until its sender is back.

const MINUTE_MS = 60_000
const WARNING_MS = 5 * MINUTE_MS
const LATE_MS = 30_000 // the server notes a request at most this often
const LOOK_MS = 10_000

const dialog = document.querySelector('[data-idle]')
const { person } = dialog.dataset
const limit = Number(dialog.dataset.idle) * 1000 - LATE_MS
const windows = new BroadcastChannel('kasane-idle') // all windows of a sign-in
let ends = Number(dialog.dataset.ends) * 1000
let since = Date.now()
let told = '' // what the dialog came up for

function look () {
  const idle = since + limit
  const left = Math.min(idle, ends) - Date.now()
  if (left <= 0) show('over', 0)
  else if (left <= WARNING_MS) show(ends <= idle ? 'last' : 'idle', Math.ceil(left / MINUTE_MS))
}

// Who closes the dialog wants to write on: it comes up once more for the last minute.
function show (stage, minutes) {
  for (const part of dialog.querySelectorAll('[data-stage]')) {
    part.hidden = part.dataset.stage !== stage
  }
  for (const left of dialog.querySelectorAll('[data-left]')) left.textContent = minutes
  const news = stage + (minutes <= 1 ? ' at once' : '')
  if (news === told) return
  told = news
  if (!dialog.open) dialog.showModal()
}

function stayed (until) {
  since = Date.now()
  ends = Math.max(ends, until)
  if (told.startsWith('last') && ends - since <= WARNING_MS) return // nobody can stay
  told = ''
  dialog.close()
}

function tell () { windows.postMessage({ person, ends }) }

async function stay (event) {
  event.preventDefault()
  const form = event.target
  const sent = { method: 'POST', body: new FormData(form), redirect: 'manual' }
  const answer = await fetch(form.action, sent).catch(() => null)
  if (!answer) return // no line: the dialog stays, and asks again
  if (!answer.ok) return show('over', 0)
  stayed(ends)
  tell()
}

dialog.querySelector('form').addEventListener('submit', stay)
// At a shared computer somebody else may have signed in by now: that is no sign of life.
windows.addEventListener('message', ({ data }) => {
  if (data.person === person) stayed(data.ends)
})
tell() // this page was just asked for
setInterval(look, LOOK_MS)
document.addEventListener('visibilitychange', () => { if (!document.hidden) look() })
