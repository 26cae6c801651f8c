/* How far an import is: the page's own words are asked for again until it is done. */

const EVERY_MS = 1500;
const place = document.querySelector("[data-import]");

async function look() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) {
    location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-import]");
  if (!fresh) {
    location.reload();
    return;
  }
  place.replaceChildren(...fresh.childNodes);
  setTimeout(again, EVERY_MS);
}

function again() {
  look().catch(() => setTimeout(again, EVERY_MS));
}

if (place) {
  setTimeout(again, EVERY_MS);
}
