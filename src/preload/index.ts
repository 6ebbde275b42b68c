/** Placeholder while the bridge is being written. */
export {};
