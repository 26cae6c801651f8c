// The viewer: pages are turned and zoomed in place, the next ones are fetched ahead.
// The links on the page do the same without this script. Whatever is turned to is asked
// for at the portal first: a page that was fetched ahead is not shown after a no.

const AHEAD = 2;
const KEPT = 6;
const STEPS = [1, 2, 3, 4];
const PINCHED = 1.25;

const KEYS = {
  ArrowLeft: "previous",
  PageUp: "previous",
  ArrowRight: "next",
  PageDown: "next",
  Home: "first",
  End: "last",
  "+": "in",
  ";": "in",
  "-": "out",
};

const viewer = document.querySelector("[data-viewer]");
const pictures = new Map(); // address to picture, the latest last
let turning = null;

const part = (name) => viewer.querySelector(`[data-${name}]`);
const picture = () => viewer.querySelector(".viewer__page");
const pageNow = () => Number(picture().dataset.page);
const zoomNow = () => Number(picture().dataset.zoom);

function addressOf(page, zoom) {
  const address = viewer.dataset.pageUrl.replace(/\/0\/$/, `/${page}/`);
  return zoom > 1 ? `${address}?zoom=${zoom}` : address;
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

// Pictures -------------------------------------------------------------------------

function kept(address) {
  const found = pictures.get(address) ?? new Image();
  pictures.delete(address);
  pictures.set(address, found);
  if (!found.src) found.src = address;
  for (const old of pictures.keys()) {
    if (pictures.size <= KEPT) break;
    pictures.delete(old);
  }
  return found;
}

async function fetchAhead(address, depth) {
  if (!address || depth > AHEAD || navigator.connection?.saveData) return;
  const ahead = kept(address);
  try {
    await ahead.decode();
  } catch {
    pictures.delete(address); // refused or lost: turning to it asks anew
    return;
  }
  const page = Number(address.match(/\/(\d+)\/image/)[1]);
  if (page === Number(viewer.dataset.last)) return;
  fetchAhead(address.replace(`/${page}/image`, `/${page + 1}/image`), depth + 1);
}

function watchPicture() {
  const now = picture();
  const address = now.getAttribute("src");
  const lost = () => {
    pictures.delete(address);
    part("failed").hidden = false;
  };
  if (now.complete && now.naturalWidth === 0) lost();
  now.addEventListener("error", lost, { once: true });
  now.decode().then(
    () => now.isConnected && fetchAhead(now.dataset.ahead, 1),
    () => {},
  );
}

// The page's picture is one that we hold, set in once the page is there: a picture
// that comes along from another document would be fetched again.
function setPicture(plain, place) {
  const ours = kept(plain.getAttribute("src"));
  for (const { name } of [...ours.attributes]) {
    if (name !== "src") ours.removeAttribute(name);
  }
  for (const { name, value } of plain.attributes) {
    if (name !== "src") ours.setAttribute(name, value);
  }
  place.replaceWith(ours);
}

// Turning --------------------------------------------------------------------------

async function turn(address, { remember = true } = {}) {
  turning?.abort();
  const mine = (turning = new AbortController());
  part("stage").setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { signal: mine.signal, cache: "no-store" });
    const path = new URL(answer.url).pathname;
    const whole = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = whole.querySelector("[data-viewer] [data-turned]");
    if (!answer.ok || !next || !path.startsWith(commonPath())) {
      pictures.clear();
      location.assign(address);
      return;
    }
    show(next);
    if (remember) history.pushState(null, "", answer.url);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  }
}

function commonPath() {
  return viewer.dataset.pageUrl.replace(/0\/$/, "");
}

function show(next) {
  const before = { page: pageNow(), key: document.activeElement?.dataset?.key };
  const onStage = document.activeElement === part("stage");
  const { scrollLeft, scrollTop } = part("stage");
  const plain = next.querySelector(".viewer__page");
  const place = document.createComment("");
  plain.replaceWith(place);
  part("turned").replaceWith(document.adoptNode(next));
  setPicture(plain, place);
  const turned = pageNow() !== before.page;
  part("stage").scrollTo(turned ? 0 : scrollLeft, turned ? 0 : scrollTop);
  if (onStage) part("stage").focus({ preventScroll: true });
  else if (before.key) focusKey(before.key);
  if (turned && part("turned").getBoundingClientRect().top < 0) viewer.scrollIntoView();
  watchPicture();
  mark();
  if (turned) part("said").textContent = picture().alt;
}

function focusKey(key) {
  const again = viewer.querySelector(`[data-key="${key}"]`);
  (again ?? part("stage")).focus({ preventScroll: true });
}

function go(name) {
  const last = Number(viewer.dataset.last);
  const link = viewer.querySelector(`[data-key="${name}"]`);
  if (link) turn(link.href);
  else if (name === "first" && pageNow() > 1) turn(addressOf(1, zoomNow()));
  else if (name === "last" && pageNow() < last) turn(addressOf(last, zoomNow()));
  else return false;
  return true;
}

function zoomTo(step) {
  if (step !== zoomNow()) turn(addressOf(pageNow(), step), { remember: false });
}

// Keys, clicks, fingers ------------------------------------------------------------

function stageScrolls(key) {
  const stage = part("stage");
  if (document.activeElement !== stage) return false;
  if (key === "ArrowLeft") return stage.scrollLeft > 0;
  if (key === "ArrowRight") {
    return stage.scrollLeft + stage.clientWidth < stage.scrollWidth - 1;
  }
  return false;
}

function typing(target) {
  return target.closest("input, select, textarea, [contenteditable]") !== null;
}

function pressed(event) {
  const name = KEYS[event.key];
  const bare = !event.altKey && !event.ctrlKey && !event.metaKey;
  if (!name || !bare || typing(event.target) || stageScrolls(event.key)) return;
  if (go(name)) event.preventDefault();
}

function clicked(event) {
  const link = event.target.closest("a[data-key], a[data-strip-page]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || event.button !== 0) return;
  event.preventDefault();
  const page = link.dataset.stripPage;
  turn(page ? addressOf(page, zoomNow()) : link.href);
}

function asked(event) {
  if (!event.target.matches("[data-go]")) return;
  event.preventDefault();
  const typed = Number(event.target.elements.page.value);
  turn(addressOf(clamp(typed, 1, Number(viewer.dataset.last)), zoomNow()));
}

function wheeled(event) {
  if (!event.ctrlKey || !event.target.closest("[data-stage]")) return;
  event.preventDefault();
  if (part("stage").getAttribute("aria-busy") === "true") return;
  go(event.deltaY < 0 ? "in" : "out");
}

function listenForPinches() {
  let start = 0;
  let factor = 1;
  const apart = ([a, b]) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
  const inside = (event) => event.touches.length === 2 && event.target.closest?.("[data-stage]");
  viewer.addEventListener("touchstart", (event) => {
    if (inside(event)) start = apart(event.touches);
  });
  viewer.addEventListener(
    "touchmove",
    (event) => {
      if (!start || !inside(event)) return;
      event.preventDefault();
      factor = apart(event.touches) / start;
      picture().style.transform = `scale(${clamp(factor, 0.5, 3)})`;
    },
    { passive: false },
  );
  viewer.addEventListener("touchend", () => {
    if (!start) return;
    picture().style.transform = "";
    const steps = Math.round(Math.log(factor) / Math.log(PINCHED * 1.1));
    start = 0;
    factor = 1;
    zoomTo(clamp(zoomNow() + clamp(steps, -2, 2), STEPS[0], STEPS.at(-1)));
  });
}

// The strip ------------------------------------------------------------------------

function makeStrip() {
  const strip = part("strip");
  const last = Number(viewer.dataset.last);
  if (last < 2) return;
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        target.src = target.dataset.src;
      }
    },
    { root: strip },
  );
  for (let page = 1; page <= last; page += 1) strip.append(stripPage(page, seen));
  strip.hidden = false;
  viewer.classList.add("has-strip");
}

function stripPage(page, seen) {
  const link = document.createElement("a");
  const image = document.createElement("img");
  const number = document.createElement("span");
  link.className = "viewer__small";
  link.href = addressOf(page, 1);
  link.dataset.stripPage = page;
  link.setAttribute("aria-label", viewer.dataset.wordsPage.replace("%s", page));
  image.alt = "";
  image.dataset.src = viewer.dataset.thumbnailUrl.replace("/0/", `/${page}/`);
  number.textContent = page;
  link.append(image, number);
  seen.observe(image);
  return link;
}

function mark() {
  const strip = part("strip");
  strip.querySelector("[aria-current]")?.removeAttribute("aria-current");
  const current = strip.querySelector(`[data-strip-page="${pageNow()}"]`);
  if (!current) return;
  current.setAttribute("aria-current", "page");
  const top = current.offsetTop - (strip.clientHeight - current.clientHeight) / 2;
  strip.scrollTo({ top });
}

if (viewer) {
  viewer.addEventListener("click", clicked);
  viewer.addEventListener("submit", asked);
  viewer.addEventListener("wheel", wheeled, { passive: false });
  document.addEventListener("keydown", pressed);
  addEventListener("popstate", () => turn(location.href, { remember: false }));
  listenForPinches();
  makeStrip();
  pictures.set(picture().getAttribute("src"), picture());
  watchPicture();
  mark();
}
