/** Optimisers and schedules. */
export {};
