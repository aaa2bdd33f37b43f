import type { StepKind } from '@baton/rules/documents/journey.ts';
import { kindLooks } from './kind-look.ts';

/** What is dragged from the palette. The browser tells its data only when it is dropped, so it is kept here too. */
let dragged: StepKind | undefined;

export function beginDrag(event: DragEvent, kind: StepKind): void {
  dragged = kind;
  event.dataTransfer?.setData('text/plain', kindLooks[kind].name);
  if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copy';
}

export function endDrag(): void {
  dragged = undefined;
}

export const kindInDrag = (): StepKind | undefined => dragged;
