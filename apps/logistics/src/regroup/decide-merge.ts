import { type FulfilmentEvent, Refused } from '@orderloom/contracts';
import type { Fulfilment, Handover } from '../fulfilment/fulfilment.js';
import { untouched } from './decide-split.js';
import type { Member } from './group.js';

/**
 * Gives a fulfilment order over to another one's parcel: from now on nobody works on it by itself.
 * @throws Refused FULFILMENT_NOT_FOUND, FULFILMENT_STARTED, FULFILMENT_REGROUPED
 */
export const mergeInto = (
  id: string,
  into: string,
  mergeId: string,
  at: string,
  state: Fulfilment,
): FulfilmentEvent[] => {
  if (state.group.into === into) return [];
  const { orderId } = untouched(id, state);
  if (id === into || state.group.members.length > 0) throw new Refused('FULFILMENT_REGROUPED', { fulfilmentId: id });
  return [{ type: 'FulfilmentMerged', data: { fulfilmentId: id, orderId, into, mergeId, occurredAt: at } }];
};

/** Takes another one's units along. @throws Refused FULFILMENT_NOT_FOUND, FULFILMENT_STARTED */
export const join = (id: string, member: Member, mergeId: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  const { members, left } = state.group;
  if (left.includes(mergeId) || members.some((one) => one.mergeId === mergeId)) return [];
  const { orderId } = untouched(id, state);
  return [{ type: 'FulfilmentJoined', data: { fulfilmentId: id, orderId, mergeId, member, occurredAt: at } }];
};

const LEAVABLE: readonly Fulfilment['status'][] = ['CREATED', 'ACCEPTED', 'PICKING', 'PICKED', 'PACKING'];

/**
 * Another one's units do not go out with it after all.
 * @param late also while it is worked on, which only a stop may do
 * @throws Refused FULFILMENT_STARTED
 */
export const leave = (
  id: string,
  memberId: string,
  at: string,
  late: boolean,
  state: Fulfilment,
): FulfilmentEvent[] => {
  const member = state.group.members.find(({ fulfilmentId }) => fulfilmentId === memberId);
  if (!state.facts || member === undefined) return [];
  if (['CANCELLED', 'REJECTED', 'SHORT'].includes(state.status)) return [];
  if (!(late ? LEAVABLE : ['CREATED']).includes(state.status)) {
    throw new Refused('FULFILMENT_STARTED', { fulfilmentId: id, status: state.status });
  }
  return [
    {
      type: 'FulfilmentLeft',
      data: { fulfilmentId: id, orderId: state.facts.orderId, memberId, mergeId: member.mergeId, occurredAt: at },
    },
  ];
};

/** It goes out on its own again. */
export const unmerge = (from: string, mergeId: string, at: string, state: Fulfilment): FulfilmentEvent[] => {
  if (!state.facts || state.status !== 'MERGED' || state.group.mergeId !== mergeId) return [];
  const { fulfilmentId, orderId } = state.facts;
  return [{ type: 'FulfilmentUnmerged', data: { fulfilmentId, orderId, from, mergeId, occurredAt: at } }];
};

/** It has left with the parcel it was given over to. */
export const shipWith = (from: string, handover: Handover, state: Fulfilment): FulfilmentEvent[] => {
  if (!state.facts || state.status !== 'MERGED' || state.group.into !== from) return [];
  const { fulfilmentId, orderId } = state.facts;
  return [{ type: 'FulfilmentShipped', data: { fulfilmentId, orderId, ...handover } }];
};
