/** Arrays that the results at a node take again and again: when the next ones are wanted, the losses of the last are known. */

interface Room {
  numbers: Float64Array;
  places: Int32Array[];
}

const rooms = new WeakMap<object, Room>();

function roomOf(owner: object): Room {
  const known = rooms.get(owner) ?? { numbers: new Float64Array(0), places: [] };
  rooms.set(owner, known);
  return known;
}

/** Room for numbers, with what the last ones left in it. */
export function numberRoom(owner: object, size: number): Float64Array {
  const room = roomOf(owner);
  if (room.numbers.length < size) room.numbers = new Float64Array(size);
  return room.numbers.subarray(0, size);
}

/** Room for places; `which` of several. */
export function placeRoom(owner: object, size: number, which = 0): Int32Array {
  const { places } = roomOf(owner);
  const known = places[which];
  const room = known === undefined || known.length < size ? new Int32Array(size) : known;
  places[which] = room;
  return room.subarray(0, size);
}
