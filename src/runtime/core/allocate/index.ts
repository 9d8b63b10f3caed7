// The allocator: pure functions over plain data, and two small tables kept by difference.
export * from './agents.ts'
export { constraintAccepts, constraintText } from './constraints.ts'
export { place, type PlaceRequest, type PlaceResult } from './place.ts'
export { PlacedCounts } from './placed.ts'
