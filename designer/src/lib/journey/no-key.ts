/** Stands where xyflow has a shortcut of its own and we have another or none: of none it warns at every key that is pressed. */
export const noKey = 'no-key';
