import type { Adapter } from '../adapter.js';
import { jushuitan } from './jushuitan.js';
import { shopify } from './shopify.js';
import { wangdiantong } from './wangdiantong.js';

/** The adapters that ship with the product; a company's own version of one takes its place. */
export const shippedAdapters: Readonly<Record<string, Adapter>> = { shopify, jushuitan, wangdiantong };
