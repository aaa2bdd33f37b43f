/** The editor fills the window. */
export const load = () => ({ wide: true });
