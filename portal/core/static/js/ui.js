// Small comforts on top of pages that work without them.
//
// data-menu="id"        a button that opens and closes the navigation on small screens
// data-dialog="id"      a link or button that opens a <dialog>; the link's own address
//                       serves where there is no script
// data-close            a button inside a <dialog> that closes it
// data-once             a form that is sent once, however often its button is pressed
// data-guard            a form that asks before typed words are lost
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
});

window.addEventListener("beforeunload", (event) => {
  if (changed.size > 0) event.preventDefault();
});

document.querySelector("[data-focus]")?.focus();
