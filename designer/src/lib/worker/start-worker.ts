type AddressPolicy = { createScriptURL(address: string): string };
type TrustedTypesWindow = {
  trustedTypes?: { createPolicy(name: string, rules: AddressPolicy): AddressPolicy };
};

/** The only way to a worker: by the address of a script of this build, which the page's own policy lets through. */
const policy: AddressPolicy = (window as TrustedTypesWindow).trustedTypes?.createPolicy('baton-worker', {
  createScriptURL: ownAddress,
}) ?? { createScriptURL: ownAddress };

export function startWorker(address: string): Worker {
  return new Worker(policy.createScriptURL(address), { type: 'module' });
}

function ownAddress(address: string): string {
  const { href, origin } = new URL(address, location.href);
  if (origin !== location.origin) throw new Error(`${address}: a worker comes from this host only`);
  return href;
}
