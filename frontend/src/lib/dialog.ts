/** Opening a dialog over the page; the browser keeps the focus inside, and here it goes back to where it was. */

/** Shows `box`; what is returned is run when the dialog goes away. */
export function overPage(box: HTMLDialogElement | undefined): () => void {
  const before = document.activeElement;
  if (box && !box.open) box.showModal();
  return () => {
    if (box?.open) box.close();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
}
