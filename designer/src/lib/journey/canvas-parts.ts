import type { EdgeTypes, NodeTypes } from '@xyflow/svelte';
import StartNode from './StartNode.svelte';
import StepNode from './StepNode.svelte';
import WayEdge from './WayEdge.svelte';

/** Made once: xyflow draws everything anew for other objects. */
export const nodeTypes: NodeTypes = { step: StepNode, start: StartNode };
export const edgeTypes: EdgeTypes = { way: WayEdge };
