/** Opening a dialog over the page; the browser keeps the focus inside, and here it goes back to where it was. */

let last: EventTarget | null = null;
// A button that is switched off while its work runs loses the focus; it gets it back all the same.
if (typeof document !== 'undefined') document.addEventListener('focusin', (event) => (last = event.target));

/** Shows `box`; what is returned is run when the dialog goes away. */
export function overPage(box: HTMLDialogElement | undefined): () => void {
  const before = document.activeElement === document.body ? last : document.activeElement;
  if (box && !box.open) box.showModal();
  return () => {
    if (box?.open) box.close();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
}
