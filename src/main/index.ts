/** Placeholder while the entry is being written. */
export {};
