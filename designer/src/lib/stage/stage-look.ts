import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import DoorOpen from '@lucide/svelte/icons/door-open';
import Handshake from '@lucide/svelte/icons/handshake';
import LifeBuoy from '@lucide/svelte/icons/life-buoy';
import PackageCheck from '@lucide/svelte/icons/package-check';
import Sprout from '@lucide/svelte/icons/sprout';
import Target from '@lucide/svelte/icons/target';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Component } from 'svelte';

type Icon = Component<{ class?: string; 'aria-hidden'?: 'true' }>;

/** Hues stand in app.css under the same names; a stage without a look of its own is drawn in ink. */
const icons: Record<string, Icon> = {
  targeted: Target,
  converted: Handshake,
  welcomed: DoorOpen,
  'first-order': PackageCheck,
  developed: Sprout,
  'problem-managed': LifeBuoy,
  'won-back': Undo2,
};

export const stageIcon = (stage: string | null): Icon => icons[stage ?? ''] ?? CircleDashed;
