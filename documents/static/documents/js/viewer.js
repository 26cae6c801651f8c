// Keys for the viewer: arrows turn the page, plus and minus zoom. The links on the
// page do the same and stay what is followed.

const LINKS = {
  ArrowLeft: 'a[rel="prev"]',
  PageUp: 'a[rel="prev"]',
  ArrowRight: 'a[rel="next"]',
  PageDown: 'a[rel="next"]',
  "+": 'a[data-zoom="in"]',
  ";": 'a[data-zoom="in"]',
  "-": 'a[data-zoom="out"]',
};

const viewer = document.querySelector("[data-viewer]");
const stage = viewer?.querySelector(".viewer__stage");

function stageScrolls(key) {
  if (document.activeElement !== stage) return false;
  if (key === "ArrowLeft") return stage.scrollLeft > 0;
  if (key !== "ArrowRight") return false;
  return stage.scrollLeft + stage.clientWidth < stage.scrollWidth - 1;
}

function typing(target) {
  return target.closest("input, select, textarea, [contenteditable]") !== null;
}

viewer?.ownerDocument.addEventListener("keydown", (event) => {
  const selector = LINKS[event.key];
  const bare = !event.altKey && !event.ctrlKey && !event.metaKey;
  if (!selector || !bare || typing(event.target) || stageScrolls(event.key)) return;
  const link = viewer.querySelector(selector);
  if (!link) return;
  event.preventDefault();
  link.click();
});
