// Small comforts on top of pages that work without them.
//
// data-menu="id"        a button that opens and closes the navigation on small screens
// data-dialog="id"      a link or button that opens a <dialog>; the link's own address
//                       serves where there is no script
// data-close            a button inside a <dialog> that closes it
// data-once             a form that is sent once, however often its button is pressed
// data-guard            a form that asks before typed words are lost
// data-show="id"        a box that shows a typed password; data-unless-shown, the field
//                       that asks for it again, is gone meanwhile
// data-print            a button that prints the page
// data-focus            the element to read first, such as a summary of errors

function toggleMenu(button) {
  const menu = document.getElementById(button.dataset.menu);
  const open = menu.toggleAttribute("data-open");
  button.setAttribute("aria-expanded", String(open));
}

function openDialog(opener, event) {
  const dialog = document.getElementById(opener.dataset.dialog);
  if (!dialog?.showModal) return;
  event.preventDefault();
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const control = event.target.closest(
    "[data-menu], [data-dialog], [data-close], [data-print]",
  );
  if (!control) return;
  if ("menu" in control.dataset) toggleMenu(control);
  else if ("dialog" in control.dataset) openDialog(control, event);
  else if ("close" in control.dataset) control.closest("dialog")?.close();
  else window.print();
});

const shows = document.querySelectorAll("[data-show]");

function showPassword(box) {
  document.getElementById(box.dataset.show).type = box.checked ? "text" : "password";
  const again = box.form.querySelector("[data-unless-shown]");
  again.disabled = box.checked;
  again.closest(".field").hidden = box.checked;
}

for (const box of shows) {
  box.closest("label").hidden = false;
  box.addEventListener("change", () => showPassword(box));
}

// What is sent as text would be kept by the browser, and suggested.
document.addEventListener("submit", (event) => {
  for (const box of event.target.querySelectorAll("[data-show]")) {
    document.getElementById(box.dataset.show).type = "password";
  }
});

const changed = new Set();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && "guard" in form.dataset) changed.add(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  changed.delete(form);
  if (!("once" in form.dataset)) return;
  if ("sent" in form.dataset) event.preventDefault();
  form.dataset.sent = "";
});

// Coming back to the page must not leave a form that cannot be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
  shows.forEach(showPassword);
});

window.addEventListener("beforeunload", (event) => {
  if (changed.size > 0) event.preventDefault();
});

document.querySelector("[data-focus]")?.focus();
