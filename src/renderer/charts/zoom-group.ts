/** Charts that show the same part of their x axis: one is moved, the others follow a frame each, so that no frame redraws all of them. */
import type { EChartsType } from 'echarts/core';
import { cancelDrawing, enqueueDrawing } from './draw-queue.ts';

/** Percent of the axis. */
export type Part = readonly [number, number];

interface Member {
  readonly chart: EChartsType;
  /** It moves because another one was moved. */
  following: boolean;
  wanted: Part;
  readonly follow: () => void;
}

const groups = new Map<string, Set<Member>>();

/** `moved` is to be called with each new part of this chart; it answers whether a user moved it. */
export function joinZoomGroup(group: string, chart: EChartsType): { moved(part: Part): boolean; leave(): void } {
  const member: Member = {
    chart,
    following: false,
    wanted: [0, 100],
    follow() {
      member.following = true;
      chart.dispatchAction({ type: 'dataZoom', start: member.wanted[0], end: member.wanted[1] });
      member.following = false;
    },
  };
  const members = groups.get(group) ?? new Set();
  groups.set(group, members.add(member));
  return {
    moved(part) {
      if (member.following) return false;
      for (const other of members) {
        if (other === member) continue;
        other.wanted = part;
        enqueueDrawing(other.follow);
      }
      return true;
    },
    leave() {
      members.delete(member);
      cancelDrawing(member.follow);
    },
  };
}
