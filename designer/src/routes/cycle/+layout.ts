/** The map fills the window, with the document that is edited beside it. */
export const load = () => ({ wide: true });
