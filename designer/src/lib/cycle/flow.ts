import type { Stage } from '@baton/rules/documents/index.ts';
import type { Edge, EdgeTypes, Node, NodeTypes } from '@xyflow/svelte';
import type { Line } from './cycle-layout.ts';
import HandoverEdge from './HandoverEdge.svelte';
import OverlayNode from './OverlayNode.svelte';
import StageNode from './StageNode.svelte';

export type StageNodeType = Node<{ stage: Stage; isEntry: boolean }, 'stage'>;
export type OverlayNodeType = Node<{ stage: Stage }, 'overlay'>;
export type CycleNode = StageNodeType | OverlayNodeType;
export type CycleEdge = Edge<{ line: Line }, 'way'>;

/** Made once: xyflow draws everything anew for other objects. */
export const nodeTypes: NodeTypes = { stage: StageNode, overlay: OverlayNode };
export const edgeTypes: EdgeTypes = { way: HandoverEdge };
