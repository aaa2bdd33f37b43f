import type { PlainKind } from '@baton/rules/edit/plain.ts';
import { forms } from './forms.ts';

/** Kinds whose documents have a form. */
export const isPlain = (kind: string): kind is PlainKind => Object.hasOwn(forms, kind);

/** Kinds that are edited as their text alone. */
export const isText = (kind: string): kind is 'facts' | 'events' => kind === 'facts' || kind === 'events';
