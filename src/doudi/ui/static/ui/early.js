/* Runs before the page is drawn: the reader's text size, so that nothing jumps. */
try {
  if (localStorage.getItem("doudi.large") === "1") document.documentElement.classList.add("large");
} catch (error) { /* storage may be closed to us; the page works without it */ }
