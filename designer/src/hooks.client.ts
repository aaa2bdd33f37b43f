import '#lib/worker/without-eval.ts';
import { askAheadOf } from '#lib/api.ts';
import { documentAt } from '#lib/document/kinds.ts';
import { askWhoIAm } from '#lib/session/me.svelte.ts';
import { mayOpen } from '#lib/shell/may-open.ts';
import { placeOf } from '#lib/shell/places.ts';

// The router stops at an address that is no UTF-8, as "/journeys/%": it is taken as it was typed, so that the page says what is not there.
try {
  decodeURI(location.pathname);
} catch {
  history.replaceState(history.state, '', location.pathname.replaceAll('%', '%25') + location.search);
}

// What the page will ask for is asked for while its script is still being fetched: first who works here, since nothing is asked
// for that they may not see.
void askWhoIAm().then(() => {
  const { pathname } = location;
  const place = placeOf(pathname);
  const document = documentAt(pathname);
  if (document && place && mayOpen(place, pathname)) askAheadOf(document.kind, document.id);
});
