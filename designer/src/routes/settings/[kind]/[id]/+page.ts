export const load = () => ({ wide: true });
